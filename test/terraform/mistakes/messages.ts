// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are Terraform's.

/** Mistakes in Pub/Sub: pushes, retries and dead letters. */

import { type Mistake, pubsub } from './mistake.ts';

export const messagesMistakes: Mistake[] = [
  {
    name: 'the push endpoint lacks the topic',
    file: pubsub,
    find: '.uri}/${google_pubsub_topic.sync_users.id}"',
    put: '.uri}/"',
    red: 'dead_letters/push',
  },
  {
    name: 'no dead letter policy',
    file: pubsub,
    find: `  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = 100
  }
`,
    put: '',
    red: 'dead_letters/dead_letters',
  },
  {
    name: 'Pub/Sub may not publish dead letters',
    file: pubsub,
    find: '  topic   = google_pubsub_topic.dead_letters.name\n',
    put: '  topic   = google_pubsub_topic.sync_users.name\n',
    red: 'dead_letters/dead_letters',
  },
];

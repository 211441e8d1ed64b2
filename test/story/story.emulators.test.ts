import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { createTopic } from '../support/pubsub-emulator.ts';
import { tellStory } from './story.ts';

const emulators = inject('emulators');

describe.skipIf(!emulators)('the story on the official Firestore and Pub/Sub emulators', () => {
  tellStory(async (url) => {
    const { firestoreHost, pubsubHost } = emulators!;
    const project = `story-${randomUUID()}`;
    await createTopic(pubsubHost, project, 'sync-users', `${url}/sync_users`);
    await createTopic(pubsubHost, project, 'customer-events');
    return {
      STORE: 'firestore',
      QUEUE: 'pubsub',
      GOOGLE_CLOUD_PROJECT: project,
      FIRESTORE_EMULATOR_HOST: firestoreHost,
      PUBSUB_EMULATOR_HOST: pubsubHost,
    };
  });
});

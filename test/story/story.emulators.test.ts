import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { createTopic } from '../../local/pubsub-emulator.ts';
import { unpackBundles } from '../support/deployed.ts';
import { fromBundles } from './bundles.ts';
import { fromSources } from './local.ts';
import { tellStory } from './story.ts';

const emulators = inject('emulators');

async function engines(url: string) {
  const { firestoreHost, pubsubHost } = emulators!;
  const project = `story-${randomUUID()}`;
  await createTopic(pubsubHost, project, 'sync-users', `${url}/sync_users`);
  await createTopic(pubsubHost, project, 'customer-events');
  return {
    GOOGLE_CLOUD_PROJECT: project,
    FIRESTORE_EMULATOR_HOST: firestoreHost,
    PUBSUB_EMULATOR_HOST: pubsubHost,
  };
}

describe.skipIf(!emulators)('the story on the official Firestore and Pub/Sub emulators', () => {
  tellStory(fromSources(async (url) => ({ ...(await engines(url)), STORE: 'firestore', QUEUE: 'pubsub' })));
});

describe.skipIf(!emulators)('the story of the deployed zips on the official emulators', () => {
  let bundles: Awaited<ReturnType<typeof unpackBundles>>;
  beforeAll(async () => {
    bundles = await unpackBundles();
  });
  afterAll(() => bundles.remove());

  tellStory(fromBundles(() => bundles.folder, engines));
});

import { describe } from 'vitest';
import { fromSources } from './local.ts';
import { tellStory } from './story.ts';

describe('the story on SQLite and the local queue', () => {
  tellStory(fromSources(async () => ({})));
});

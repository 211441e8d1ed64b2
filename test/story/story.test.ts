import { describe } from 'vitest';
import { tellStory } from './story.ts';

describe('the story on SQLite and the local queue', () => {
  tellStory(async () => ({}));
});

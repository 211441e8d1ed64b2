import { describe } from 'vitest';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { tellEdges } from './edges.ts';

// The store's own clean-up stays out of it: expiry is judged by the code.
describe('the edges of the API, on SQLite', () => tellEdges(() => sqliteStore({ file: ':memory:', now: () => 0 })));

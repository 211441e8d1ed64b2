import { describe } from 'vitest';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { tellConcurrency } from './concurrency.ts';

describe('many callers at once, on SQLite', () => tellConcurrency(() => sqliteStore({ file: ':memory:' })));

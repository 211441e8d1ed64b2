import { describe } from 'vitest';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { tellIdempotency } from './idempotency.ts';

// The store's own clean-up stays out of it: expiry is judged by the code.
describe('an idempotency key, on SQLite', () => tellIdempotency(() => sqliteStore({ file: ':memory:', now: () => 0 })));

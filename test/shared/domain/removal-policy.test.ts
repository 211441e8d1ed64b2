import { describe, expect, it } from 'vitest';
import { holdReason } from '../../../shared/domain/removal-policy.ts';
import { syncSettings } from '../../../shared/domain/sync-run.ts';

const defaults = syncSettings(undefined);

describe('removals', () => {
  it.each([
    [{ gone: 0, known: 100, present: 0 }, undefined],
    [{ gone: 5, known: 20, present: 15 }, undefined],
    [{ gone: 6, known: 20, present: 14 }, 'many'],
    [{ gone: 6, known: 60, present: 54 }, undefined],
    [{ gone: 500, known: 5000, present: 4500 }, undefined],
    [{ gone: 501, known: 300_000, present: 299_499 }, 'many'],
    [{ gone: 1, known: 1, present: 0 }, 'empty_organization'],
    [{ gone: 2, known: 50, present: 48, total: 49 }, 'total_differs'],
    [{ gone: 2, known: 50, present: 48, total: 48 }, undefined],
    [{ gone: 2, known: 50, present: 48, total: 40 }, undefined],
  ] as const)('of %j: %s', (facts, reason) => {
    expect(holdReason({ scanned: facts.present, ...facts }, defaults)).toBe(reason);
  });

  it('of all people are held whatever the settings', () => {
    const most = { ...defaults, heldAbove: 1e9, heldAbovePeople: 1e9, heldAboveShare: 1 };
    expect(holdReason({ gone: 3, known: 3, scanned: 0, present: 1 }, most)).toBe('empty_organization');
  });
});

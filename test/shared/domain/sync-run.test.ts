import { describe, expect, it } from 'vitest';
import { newRun, nextPhase, type SyncPhase, withPhase } from '../../../shared/domain/sync-run.ts';

const now = 1_800_000_000_000;

const complete = { size: 3, seenCount: 3 };
const oneAbsent = { size: 3, seenCount: 2 };
const held = { state: 'waiting', reason: 'many', count: 1, documents: 1 } as const;

describe('the next phase', () => {
  it.each<[SyncPhase | 'none', typeof complete, SyncPhase | undefined]>([
    ['none', complete, 'scan'],
    ['scan', complete, undefined],
    ['scan', oneAbsent, 'confirm'],
    ['confirm', complete, undefined],
    ['confirm', oneAbsent, 'remove'],
    ['remove', oneAbsent, undefined],
  ])('after %s with %j is %s', (last, roster, next) => {
    const run = newRun('r', 'c', now, {});
    expect(nextPhase(last === 'none' ? run : withPhase(run, last, now), roster)).toBe(next);
  });

  it('is none when the removals are held', () => {
    const run = withPhase(newRun('r', 'c', now, {}), 'confirm', now);
    expect(nextPhase({ ...run, held }, oneAbsent)).toBeUndefined();
  });

  it('is never a scan for a run that carries out an approval', () => {
    const run = newRun('r', 'c', now, { approves: 'other' });
    expect(nextPhase(run, oneAbsent)).toBe('confirm');
    expect(nextPhase(run, complete)).toBeUndefined();
  });
});

describe('a phase', () => {
  it('continues when it is entered again', () => {
    const run = withPhase(newRun('r', 'c', now, {}), 'scan', now);
    expect(withPhase(run, 'scan', now + 1)).toBe(run);
    expect(withPhase(run, 'confirm', now + 1).phases).toEqual([
      { phase: 'scan', startedAt: now },
      { phase: 'confirm', startedAt: now + 1 },
    ]);
  });
});

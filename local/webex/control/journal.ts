/** Keeps what the control changed over a restart: each change is a line of a file, repeated at the next start. */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from '../../../shared/domain/failure.ts';
import type { WebexControl } from './control.ts';

/** Grants have a file of their own. Faults and statistics concern the requests of one process, so they end with it. */
const recorded = ['clock', 'people', 'settings', 'deactivateUser', 'changeRoles', 'addOrganization'] as const;

interface Entry {
  operation: (typeof recorded)[number];
  input: unknown;
  /** When the change was made, epoch ms: people carry the time of their change. */
  at: number;
}

const perform = (control: WebexControl, operation: Entry['operation'], input: unknown): unknown =>
  (control[operation] as (input: unknown) => unknown)(input);

/** The same control, which also writes each change to the file. */
export function withJournal(control: WebexControl, file: string, now: () => number): WebexControl {
  const recording = recorded.map((operation) => [
    operation,
    (input: unknown) => {
      const at = now();
      const result = perform(control, operation, input);
      if (input !== undefined) appendFileSync(file, `${JSON.stringify({ operation, input, at })}\n`, { mode: 0o600 });
      return result;
    },
  ]);
  return { ...control, ...Object.fromEntries(recording) };
}

/**
 * Repeats the changes of the file. `setClock` is called with the instant of each, and at the end without one.
 * @throws Failure `configuration_invalid` for a file that cannot be read or repeated
 */
export function replayJournal(control: WebexControl, file: string, setClock: (at?: number) => void): void {
  if (!existsSync(file)) return;
  const lines = readFileSync(file, 'utf8').split('\n');
  // A kill can cut the last line off. The next change must not continue it.
  const cut = lines.pop();
  if (cut) writeFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  for (const [index, line] of lines.entries()) {
    try {
      const { operation, input, at } = JSON.parse(line) as Entry;
      if (!recorded.includes(operation)) throw new TypeError(`There is no operation ${operation}`);
      setClock(at);
      perform(control, operation, input);
    } catch (error) {
      const reason = `line ${index + 1}: ${(error as Error).message}`;
      throw new Failure(
        'configuration_invalid',
        `The Webex stand-in cannot repeat what ${file} holds (${reason}). Delete the file to start without it.`,
      );
    }
  }
  setClock();
}

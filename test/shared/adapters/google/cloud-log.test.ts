import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cloudLog } from '../../../../shared/adapters/google/cloud-log.ts';
import { Failure } from '../../../../shared/domain/failure.ts';
import { Secret } from '../../../../shared/domain/secret.ts';

/** What was written, a line each. */
function written(correlation?: () => Record<string, unknown>) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: cloudLog('customers', { destination, ...(correlation && { correlation }) }) };
}

describe('the log', () => {
  it('writes one line of JSON per fact, with the severity, time and event that Cloud Logging and the metrics read', () => {
    const { lines, log } = written();
    log.info('refreshed', { customer: 'a' });
    log.warn('refresh_failed', { text: 'two\nlines " and \u2028' });
    log.error('refresh_error');
    const entries = lines.map((line) => JSON.parse(line));
    expect(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(entries.map(({ severity }) => severity)).toEqual(['INFO', 'WARNING', 'ERROR']);
    expect(entries.map(({ event }) => event)).toEqual(['refreshed', 'refresh_failed', 'refresh_error']);
    for (const entry of entries) {
      expect(entry).toMatchObject({ service: 'customers', message: entry.event });
      expect(new Date(entry.time).toISOString()).toBe(entry.time);
    }
    expect(entries[0].customer).toBe('a');
  });

  it('writes the correlation of the moment into every line', () => {
    let trace = 'one';
    const { lines, log } = written(() => ({ trace }));
    log.info('first');
    trace = 'two';
    log.error('second', { code: 'internal' });
    expect(lines.map((line) => JSON.parse(line).trace)).toEqual(['one', 'two']);
  });

  it('keeps its own fields when a fact has the name of one', () => {
    const trace = 'logging.googleapis.com/trace';
    const { lines, log } = written(() => ({ [trace]: 'projects/p/traces/1', execution: 'a' }));
    const names = ['event', 'severity', 'message', 'time', 'service', 'timestamp', 'execution', trace];
    log.error('event_not_published', { ...Object.fromEntries(names.map((name) => [name, 'fact'])), code: 'busy' });
    const line = lines.join('');
    for (const name of names) expect(line.split(`"${name}":`).length, name).toBeLessThanOrEqual(2);
    const entry = JSON.parse(line);
    expect(entry).toMatchObject({ event: 'event_not_published', message: 'event_not_published', severity: 'ERROR' });
    expect(entry).toMatchObject({ service: 'customers', execution: 'a', code: 'busy', fact_event: 'fact' });
    expect(entry[trace]).toBe('projects/p/traces/1');
    expect(new Date(entry.time).toISOString()).toBe(entry.time);
  });

  it.each([
    ['a fact', (secret: Secret) => ({ token: secret })],
    ['deep inside of a fact', (secret: Secret) => ({ pair: { tokens: [{ refresh: secret }] } })],
    ['a text made of it', (secret: Secret) => ({ text: `${secret} ${inspect({ secret })}` })],
    [
      'a failure that holds it',
      (secret: Secret) => ({ err: Object.assign(new Failure('internal', 'No.'), { secret }) }),
    ],
    ['the cause of an error', (secret: Secret) => ({ err: new Error('No.', { cause: { secret } }) })],
  ])('prints no secret that is %s', (_place, facts) => {
    const { lines, log } = written();
    log.error('request_failed', facts(new Secret('very-secret')));
    expect(lines.join('')).not.toContain('very-secret');
  });
});

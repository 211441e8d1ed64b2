/** One JSON line per fact, in the form that Cloud Logging reads; pino writes it. */

import { type DestinationStream, type Logger, pino } from 'pino';
import type { Log } from '../../ports.ts';

/** @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const severities: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

export interface CloudLogOptions {
  /** Where the lines go; standard output without it. */
  destination?: DestinationStream;
  /** What every line tells of the request that it belongs to. */
  correlation?: () => Record<string, unknown>;
}

/**
 * Lines are written at once: an instance may lose its processor, or its life, as soon as it has answered.
 * The logger is made with the first line, because many a cold start ends before it.
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function cloudLog(service: string, { destination, correlation = () => ({}) }: CloudLogOptions = {}): Log {
  let made: Logger | undefined;
  const logger = () => {
    made ??= pino(
      {
        base: { service },
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
        mixin: correlation,
      },
      destination ?? pino.destination({ sync: true }),
    );
    return made;
  };
  return {
    info: (event, facts) => logger().info({ event, ...facts }, event),
    warn: (event, facts) => logger().warn({ event, ...facts }, event),
    error: (event, facts) => logger().error({ event, ...facts }, event),
  };
}

/** Writes one JSON line per log event, in the form that Cloud Logging reads. */

import { type DestinationStream, type Logger, pino } from 'pino';
import type { Log } from '../../ports.ts';

/** @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const severities: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/** Fields with a meaning of their own, to metrics or to Cloud Logging: a fact must not replace one. */
const reserved = /^(event|message|severity|service|time|timestamp|httpRequest|logging\.googleapis\.com\/.*)$/;

export interface CloudLogOptions {
  /** Receives the lines; standard output without it. */
  destination?: DestinationStream;
  /** Fields that tie each line to the request that caused it. */
  correlation?: () => Record<string, unknown>;
}

/**
 * Writes each line at once, because an instance may lose its processor, or end, as soon as it has responded. Creates the
 * logger with the first line, because many cold starts write none.
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function cloudLog(service: string, { destination, correlation = () => ({}) }: CloudLogOptions = {}): Log {
  let created: Logger | undefined;
  const logger = () => {
    created ??= pino(
      {
        base: { service },
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      },
      destination ?? pino.destination({ sync: true }),
    );
    return created;
  };
  const fields = (event: string, facts: Record<string, unknown> = {}) => {
    const request = correlation();
    const renamed = Object.entries(facts).map(([name, value]) => {
      return [reserved.test(name) || name in request ? `fact_${name}` : name, value];
    });
    return { event, ...request, ...Object.fromEntries(renamed) };
  };
  return {
    info: (event, facts) => logger().info(fields(event, facts), event),
    warn: (event, facts) => logger().warn(fields(event, facts), event),
    error: (event, facts) => logger().error(fields(event, facts), event),
  };
}

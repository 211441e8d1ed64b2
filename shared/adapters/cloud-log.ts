/** One JSON line per fact, in the form that Cloud Logging reads; pino writes it. */

import { type DestinationStream, pino } from 'pino';
import type { Log } from '../ports.ts';

/** @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const severities: Record<string, string> = { info: 'INFO', warn: 'WARNING', error: 'ERROR' };

/**
 * @param destination where the lines go; standard output without it
 * @see https://cloud.google.com/logging/docs/structured-logging
 */
export function cloudLog(service: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      base: { service },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
    },
    destination ?? pino.destination({ sync: true }),
  );
  return {
    info: (event, facts) => logger.info({ event, ...facts }, event),
    warn: (event, facts) => logger.warn({ event, ...facts }, event),
    error: (event, facts) => logger.error({ event, ...facts }, event),
  };
}

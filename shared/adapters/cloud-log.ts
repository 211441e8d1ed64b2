/** One JSON line per fact, in the form that Cloud Logging reads: severity, message, trace; pino writes it. */

import { createGcpLoggingPinoConfig } from '@google-cloud/pino-logging-gcp-config';
import { type DestinationStream, pino } from 'pino';
import type { Log } from '../ports.ts';

/** @param destination where the lines go; standard output without it */
export function cloudLog(service: string, destination?: DestinationStream): Log {
  const config = createGcpLoggingPinoConfig({ serviceContext: { service } });
  const logger = destination ? pino(config, destination) : pino(config);
  return {
    info: (event, facts) => logger.info({ event, ...facts }, event),
    warn: (event, facts) => logger.warn({ event, ...facts }, event),
    error: (event, facts) => logger.error({ event, ...facts }, event),
  };
}

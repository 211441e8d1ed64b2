/** Entry point of the deployed function `refresh_tokens`. */

import { http } from '@google-cloud/functions-framework';
import { startFunction } from '../../shared/compose.ts';
import { refreshTokens } from './refresh_tokens.ts';

export const { config, ports, shutdownSignal } = startFunction('refresh_tokens', process.env);
http('refresh_tokens', refreshTokens(ports, config.REFRESH_CONCURRENCY, shutdownSignal));

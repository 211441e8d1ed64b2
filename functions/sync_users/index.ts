/** Entry point of the deployed function `sync_users`. */

import { cloudEvent } from '@google-cloud/functions-framework';
import { startFunction } from '../../shared/compose.ts';
import { syncUsers } from './sync_users.ts';

export const { ports, shutdownSignal } = startFunction('sync_users', process.env);
cloudEvent('sync_users', syncUsers(ports, shutdownSignal));

/** Entry point of the deployed function `sync_users`. */

import { cloudEvent } from '@google-cloud/functions-framework';
import { deployed } from '../../shared/composition.ts';
import { syncUsers } from './sync_users.ts';

export const { outside, ending } = deployed('sync_users', process.env);
cloudEvent('sync_users', syncUsers(outside, ending));

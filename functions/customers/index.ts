/** Entry point of the deployed function `customers`. */

import { http } from '@google-cloud/functions-framework';
import { startFunction } from '../../shared/compose.ts';
import { customers } from './customers.ts';

export const { ports, callers } = startFunction('customers', process.env);
http('customers', customers(ports, callers));

/** Entry point of the deployed function `customers`. */

import { http } from '@google-cloud/functions-framework';
import { deployed } from '../../shared/compose.ts';
import { answerUnparsedOfFramework } from '../../shared/http/framework-errors.ts';
import { customers } from './customers.ts';

export const { ports, callers } = deployed('customers', process.env);
answerUnparsedOfFramework(ports.log);
http('customers', customers(ports, callers));

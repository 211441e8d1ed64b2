/** Entry point of the deployed function `customers`. */

import { http } from '@google-cloud/functions-framework';
import { deployed } from '../../shared/composition.ts';
import { answerUnparsedOfFramework } from '../../shared/http/unparsed.ts';
import { customers } from './customers.ts';

export const { outside, callers } = deployed('customers', process.env);
answerUnparsedOfFramework(outside.log);
http('customers', customers(outside, callers));

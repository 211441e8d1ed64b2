/** Entry point of the deployed function `webex_teams_oauth`. */

import { http } from '@google-cloud/functions-framework';
import { startFunction } from '../../shared/compose.ts';
import { webexTeamsOauth } from './webex_teams_oauth.ts';

export const { ports } = startFunction('webex_teams_oauth', process.env);
http('webex_teams_oauth', webexTeamsOauth(ports));

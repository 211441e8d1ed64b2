/** Where the local stack keeps its data, and the configuration it has where the environment says nothing. */

export const localFolder = '.local';

/** @param url where the functions answer */
export function localEnvironment(url: string): Record<string, string> {
  return {
    STORE: 'sqlite',
    SQLITE_FILE: `${localFolder}/store.db`,
    SECRETS: 'file',
    SECRETS_FOLDER: `${localFolder}/secrets`,
    QUEUE: 'local',
    QUEUE_FILE: `${localFolder}/queue.db`,
    QUEUE_ENDPOINT: `${url}/sync_users/projects/local/topics/sync-users`,
    CALLERS: 'local',
    CALLER_AUDIENCE: `${url}/customers`,
    OAUTH_URL: `${url}/webex_teams_oauth`,
  };
}

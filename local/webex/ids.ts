/** Webex's ids: unpadded base64url of `ciscospark://us/TYPE/<bare id>`. */

export type IdType = 'PEOPLE' | 'ORGANIZATION' | 'LICENSE' | 'ROLE' | 'LOCATION' | 'AUTHORIZATION' | 'APPLICATION';

export function webexId(type: IdType, bareId: string): string {
  return Buffer.from(`ciscospark://us/${type}/${bareId}`).toString('base64url');
}

/** The bare id of a Webex id, padded or not; a text that is no Webex id is taken for a bare one. */
export function bareId(id: string): string {
  const decoded = Buffer.from(id, 'base64').toString();
  return decoded.startsWith('ciscospark://') ? decoded.slice(decoded.lastIndexOf('/') + 1) : id;
}

/** The bare id if the text is a Webex id of that type. */
export function bareIdOfType(type: IdType, id: string): string | undefined {
  const prefix = `/${type}/`;
  const decoded = Buffer.from(id, 'base64').toString();
  const at = decoded.startsWith('ciscospark://') ? decoded.indexOf(prefix) : -1;
  return at < 0 ? undefined : decoded.slice(at + prefix.length);
}

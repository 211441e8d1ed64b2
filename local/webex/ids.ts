/** Webex's ids: unpadded base64url of `ciscospark://us/TYPE/<bare id>`. */

export type IdType = 'PEOPLE' | 'ORGANIZATION' | 'LICENSE' | 'ROLE' | 'LOCATION' | 'AUTHORIZATION' | 'APPLICATION';

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function webexId(type: IdType, bareId: string): string {
  return Buffer.from(`ciscospark://us/${type}/${bareId}`).toString('base64url');
}

/** The bare id of a Webex id, padded or not. Any other text counts as a bare id. */
export function bareId(id: string): string {
  const decoded = Buffer.from(id, 'base64').toString();
  return decoded.startsWith('ciscospark://') ? decoded.slice(decoded.lastIndexOf('/') + 1) : id;
}

/** The bare id of a Webex id of that type, or a bare uuid as it is. */
export function bareIdOfType(type: IdType, id: string): string | undefined {
  if (uuidShape.test(id)) return id.toLowerCase();
  const prefix = `/${type}/`;
  const decoded = Buffer.from(id, 'base64').toString();
  const at = decoded.startsWith('ciscospark://') ? decoded.indexOf(prefix) : -1;
  return at < 0 ? undefined : decoded.slice(at + prefix.length);
}

/** Converts Webex's public ids (unpadded base64url of `ciscospark://us/TYPE/<id>`) to the bare ids that are stored and compared. Pure. */

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The bare id of a Webex id in any form: base64 (padded or not, URL-safe or not), `ciscospark://…`, or already bare.
 * A UUID is returned in lower case.
 */
export function bareId(id: string): string {
  const decoded = id.includes('://') ? id : Buffer.from(id, 'base64').toString('utf8');
  const uri = /^ciscospark:\/\/[^/]+\/[A-Z_]+\/(.+)$/.exec(decoded);
  const bare = uri ? uri[1]!.slice(uri[1]!.lastIndexOf('/') + 1) : id;
  return uuid.test(bare.toLowerCase()) ? bare.toLowerCase() : bare;
}

/** The organization's UUID in an account number as an administrator would paste it; undefined when it holds none. */
export function organizationUuid(accountNumber: string): string | undefined {
  const bare = bareId(accountNumber.trim());
  return uuid.test(bare) ? bare : undefined;
}

/** The public form, as Webex's API expects it. */
export function webexId(type: 'ORGANIZATION' | 'PEOPLE', id: string): string {
  return Buffer.from(`ciscospark://us/${type}/${id}`).toString('base64url');
}

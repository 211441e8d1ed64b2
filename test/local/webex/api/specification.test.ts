import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { acme, webexForTest } from '../fixture.ts';

/** Webex's official description of these calls. It is not part of this repository. */
const file = new URL('../../../../../shared/webex/openapi-extract.json', import.meta.url);

/** Real answers have `null` here, where the description has a type. */
const nullInPractice = ['notFoundIds', 'consumedByUsers', 'consumedByWorkspaces'];

/** OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and fields that the description lacks are errors. */
function toJsonSchema(schema: unknown, name = ''): unknown {
  if (Array.isArray(schema)) return schema.map((part) => toJsonSchema(part));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties'
        ? Object.fromEntries(Object.entries(value).map(([property, of]) => [property, toJsonSchema(of, property)]))
        : toJsonSchema(value),
    ]),
  );
  const strict = rest.type === 'object' && rest.properties ? { additionalProperties: false, ...rest } : rest;
  return nullable || nullInPractice.includes(name) ? { anyOf: [strict, { type: 'null' }] } : strict;
}

describe.skipIf(!existsSync(file))("Webex's official description", () => {
  it('holds for every answer, once the settings follow it and not what was seen', async () => {
    const { components } = toJsonSchema(JSON.parse(readFileSync(file, 'utf8'))) as { components: object };
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'webex', components });
    const { get, control, url } = await webexForTest();
    control.settings({
      booleansAsStrings: true,
      scim: { rooms: 1, accountStatus: 'text', organizationId: 'top' },
    });
    const tokens = control.grant({ orgId: acme, scopes: ['identity:tokens_read'] }).access_token;
    const person = [...control.peopleList(acme)][5]!.id;
    const users = `/identity/scim/${acme}/v2/Users`;
    const [license, role] = (await Promise.all(['licenses', 'roles'].map((list) => get(`/v1/${list}`)))).map(
      ({ body }) => body.items[0]!.id,
    );
    // A look-up by id has been seen with a `userName` that the description lacks.
    const lookUp = (await get(`/v1/people?id=${person}`)).body;
    for (const item of lookUp.items) delete item.userName;

    const answers: [string, unknown][] = [
      ['PersonCollectionResponse', (await get('/v1/people?max=250&callingData=true')).body],
      ['PersonCollectionResponse', lookUp],
      ['PersonCollectionResponse', (await get('/v1/people?id=x')).body],
      ['Person', (await get('/v1/people/me')).body],
      ['Person', (await get(`/v1/people/${webexId('PEOPLE', person)}?callingData=true`)).body],
      ['LicenseCollectionResponse', (await get('/v1/licenses')).body],
      ['License', (await get(`/v1/licenses/${license}`)).body],
      ['RoleCollectionResponse', (await get('/v1/roles')).body],
      ['Role', (await get(`/v1/roles/${role}`)).body],
      ['OrganizationCollectionResponse', (await get('/v1/organizations')).body],
      ['Organization', (await get(`/v1/organizations/${acme}`)).body],
      ['ListAuthorizations', (await get('/v1/authorizations?personEmail=admin@acme.example', tokens)).body],
      ['SearchUserResponse', (await get(`${users}?count=251`)).body],
      ['SearchGetUserResponse', (await get(`${users}/${person}`)).body],
      ['SearchGetUserResponse', (await get(`${users}/me`)).body],
      ['Error', await (await fetch(`${url}/v1/people`)).json()],
      ['Error', (await get('/v1/nowhere')).body],
    ];
    for (const [schema, answer] of answers) {
      const validate = ajv.compile({ $ref: `webex#/components/schemas/${schema}` });
      validate(answer);
      expect(validate.errors?.slice(0, 3) ?? [], schema).toEqual([]);
    }
  });
});

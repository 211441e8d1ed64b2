/** The API of `customers`. Generated from its OpenAPI document by `npm run client`; do not edit. */

export interface paths {
    "/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the fields of a customer, as the source model names them
         * @description The model `relation/SparkCustomer`: title, description, type and limits of each field.
         */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document
         * @description The OpenAPI document, for programs.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read this document
         * @description The OpenAPI document as a page, for people.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start an action on all customers at or below a node
         * @description `sync` requests a sync of each connected customer; `connect` creates a connect link for each customer.
         */
        post: operations["startOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the progress of an operation
         * @description An operation is stored for 30 days.
         */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{operation}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the results of an operation, one for each customer
         * @description Results are stored for 30 days. A connect link works until `expire_time`. Customers that have left your nodes are not listed, so a page may hold fewer than `page_size` though more follow.
         */
        get: operations["listOperationResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the customers at or below a node
         * @description By name. Only customers that the caller may read are listed. A page may hold fewer than `page_size` though more follow.
         */
        get: operations["listCustomers"];
        put?: never;
        /**
         * Create a customer
         * @description Pasted tokens (`token`, `refresh_token`) are renewed at once and must belong to the organization in `account_number`. While Webex cannot be reached they are stored, and verified as soon as possible.
         */
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one customer
         * @description The record, with the state of its connection to Webex.
         */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        /**
         * Delete a customer, its tokens and its users
         * @description The tokens are deleted at once, and revoked at Webex where the granted scopes allow it. Users and history are deleted in the background. `If-Match` names the ETag that you read, or `*` for any state.
         */
        delete: operations["deleteCustomer"];
        options?: never;
        head?: never;
        /**
         * Change a customer (JSON merge patch)
         * @description `If-Match` names the ETag that you read, or `*` for any state. Pasted tokens are stored before the record is changed, and stay if the change is then refused because another caller was faster.
         */
        patch: operations["changeCustomer"];
        trace?: never;
    };
    "/{id}:refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh Access Token
         * @description Renews the tokens at Webex now. Simultaneous requests share one renewal.
         */
        post: operations["refreshCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}:sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sync Webex Teams Users
         * @description Starts a sync, or joins the one in progress. Poll its progress at `/{id}/syncs/{sync}`.
         */
        post: operations["syncCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}:connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a connect link
         * @description An administrator of the organization opens it and authorizes the connection at Webex.
         */
        post: operations["connectCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}:accessToken": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reveal a working access token
         * @description Renews the token first if it expires soon. Requires the role `token_reader`, which no other role includes. The history records every call. No `Idempotency-Key` is accepted, because the token is not stored for a repeated request.
         */
        post: operations["revealAccessToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/syncs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's syncs
         * @description Newest first. Syncs are stored for 396 days.
         */
        get: operations["listSyncs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/syncs/{sync}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one sync and its progress
         * @description Poll it after `:sync`, until `state` is `done` or `failed`.
         */
        get: operations["getSync"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/syncs/{sync}/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the people whose removal a sync holds
         * @description The size of a page is fixed, so there is no `page_size`.
         */
        get: operations["listHeldRemovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/syncs/{sync}:approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve held removals
         * @description Returns the sync that removes these people. It asks Webex about each of them again and removes only those that Webex confirms as gone.
         */
        post: operations["approveRemovals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/syncs/{sync}:reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject held removals
         * @description The people stay. A later sync that finds the same people gone holds their removal again.
         */
        post: operations["rejectRemovals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's users, search them, or read what has changed
         * @description By name. With `since` it is the change feed: additions, changes and removals in commit order.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one user
         * @description A removed user is shown for 90 days, with the status `removed`.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/users/{user}:sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sync one person
         * @description Never removes the person: if Webex does not find them, the next sync confirms that and removes them.
         */
        post: operations["syncUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's history
         * @description Newest first. Entries are stored for 396 days.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What went wrong (RFC 9457). */
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @description For people; may change. */
            detail: string;
            /**
             * @description For programs; does not change.
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "permission_denied" | "not_found" | "method_not_allowed" | "already_exists" | "version_mismatch" | "version_required" | "cursor_expired" | "idempotency_key_reused" | "request_too_large" | "unsupported_media_type" | "request_timeout" | "too_many_requests" | "not_connected" | "reauthorization_required" | "busy" | "link_not_valid" | "authorization_not_valid" | "authorization_cancelled" | "wrong_organization" | "administrator_required" | "scopes_missing" | "organization_connected" | "webex_unavailable" | "webex_rate_limited" | "webex_unauthorized" | "webex_forbidden" | "webex_not_found" | "webex_unexpected" | "grant_refused" | "client_refused" | "proxy_refused" | "conflict" | "store_unavailable" | "identity_unavailable" | "secret_missing" | "secrets_unavailable" | "queue_unavailable" | "sealed_text_invalid" | "configuration_invalid" | "internal";
            /** @description Identifies the request; please quote it when you report a problem. */
            trace: string;
            /** @description All problems of the request. */
            errors?: {
                pointer: string;
                detail: string;
            }[];
        };
        /** @description A customer to create. */
        CustomerCreate: {
            /**
             * Hierarchy
             * @description The hierarchy node of the customer. Names may contain spaces and hyphens.
             */
            hierarchy: string;
            /**
             * Customer Name
             * @description Name of this customer
             * @example Acme Corporation
             */
            name: string;
            /**
             * Organization Account Number
             * @description This can be found when logging into the Webex Teams Admin portal under the My Company Info section. Accepted as the uuid or as the id of the Webex API; stored and returned as the uuid.
             */
            account_number: string;
            /**
             * Admin Access Token
             * Format: password
             * @description This is the Access Token provided when logging into Webex Teams Developer portal. This token is valid for 14 days. The Refresh token can be used to generate a new Access Token. Sent together with `refresh_token`; never returned.
             */
            token?: string;
            /**
             * Refresh Token
             * Format: password
             * @description This is the Refresh Token provided when logging into Webex Teams Developer portal. This token will be used to create a new access token. The refresh token is valid for 90 days. Never returned.
             */
            refresh_token?: string;
            /** @description Must equal `token`. */
            token_repeat?: string;
            /** @description Must equal `refresh_token`. */
            refresh_token_repeat?: string;
            http_proxy?: string | null;
            https_proxy?: string | null;
            /**
             * Shadow
             * @description None or one.
             */
            shadow?: {
                /**
                 * Name
                 * @example Acme
                 */
                name: string;
            }[];
            sync?: {
                /** @description Hours between scheduled syncs of the users; 0 switches them off. */
                every_hours?: number;
                /** @description Removals wait for approval when they are more than this and more than `held_above_share` of all people. */
                held_above_people?: number;
                /** @description A share of all people, from 0 to 1. */
                held_above_share?: number;
                /** @description Removals wait for approval when they are more than this. */
                held_above?: number;
                /** @description Whether Webex's count of people must match the scan before people are removed. */
                check_total?: boolean;
            };
        };
        /** @description A JSON merge patch (RFC 7396): an absent field stays as it is; null removes an optional field or restores its default. */
        CustomerPatch: {
            /**
             * Hierarchy
             * @description The hierarchy node of the customer. Names may contain spaces and hyphens.
             */
            hierarchy?: string;
            /**
             * Customer Name
             * @description Name of this customer
             * @example Acme Corporation
             */
            name?: string;
            /**
             * Organization Account Number
             * @description This can be found when logging into the Webex Teams Admin portal under the My Company Info section. Accepted as the uuid or as the id of the Webex API; stored and returned as the uuid.
             */
            account_number?: string;
            /**
             * Admin Access Token
             * Format: password
             * @description This is the Access Token provided when logging into Webex Teams Developer portal. This token is valid for 14 days. The Refresh token can be used to generate a new Access Token. Sent together with `refresh_token`; never returned.
             */
            token?: string;
            /**
             * Refresh Token
             * Format: password
             * @description This is the Refresh Token provided when logging into Webex Teams Developer portal. This token will be used to create a new access token. The refresh token is valid for 90 days. Never returned.
             */
            refresh_token?: string;
            /** @description Must equal `token`. */
            token_repeat?: string;
            /** @description Must equal `refresh_token`. */
            refresh_token_repeat?: string;
            http_proxy?: string | null;
            https_proxy?: string | null;
            shadow?: {
                /**
                 * Name
                 * @example Acme
                 */
                name: string;
            }[] | null;
            sync?: {
                every_hours?: number | null;
                held_above_people?: number | null;
                held_above_share?: number | null;
                held_above?: number | null;
                check_total?: boolean | null;
            } | null;
        };
        OperationCreate: {
            /**
             * @description `sync`: Sync Webex Teams Users; `connect`: create a connect link.
             * @enum {string}
             */
            action: "sync" | "connect";
            /**
             * Hierarchy
             * @description The hierarchy node of the customer. Names may contain spaces and hyphens.
             */
            hierarchy: string;
            /**
             * @description Only customers whose connection is in this state.
             * @enum {string}
             */
            state?: "absent" | "active" | "degraded" | "reauthorization_required";
        };
        /** @description The customer's connection to Webex and its health. */
        Connection: {
            /** @enum {string} */
            state: "absent" | "active" | "degraded" | "reauthorization_required";
            organization_name: string | null;
            /** @description The administrator who authorized the connection. */
            authorized_by: string | null;
            authorize_time: string | null;
            refresh_time: string | null;
            next_refresh_time: string | null;
            scopes: string[];
            /** @description Required scopes that were not granted. Authorize again to grant them. */
            missing_scopes: string[];
            /** @description Failed refreshes since the last success. */
            failures: number;
            last_failure: {
                code: string;
                message: string;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:30:00.000Z
                 */
                time: string;
                /** @description Webex's id of the failed request, for its support. */
                tracking_id: string | null;
            } | null;
            pending: {
                /**
                 * @description `code`: a connect link; `pasted`: tokens of a request; `revived`: an ended connection that works again.
                 * @enum {string}
                 */
                source: "code" | "pasted" | "revived";
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:30:00.000Z
                 */
                since: string;
                /** @description Failed attempts to verify them. */
                tries: number;
                /** @description Why the last try failed. */
                failure: {
                    code: string;
                    message: string;
                    /**
                     * Format: date-time
                     * @example 2026-11-23T09:30:00.000Z
                     */
                    time: string;
                } | null;
            } | null;
        };
        Customer: {
            /** @example 0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10 */
            id: string;
            /**
             * Hierarchy
             * @description The hierarchy node of the customer. Names may contain spaces and hyphens.
             * @example sys.provider.reseller.customer
             */
            hierarchy: string;
            /**
             * Customer Name
             * @description Name of this customer
             * @example Acme Corporation
             */
            name: string;
            /**
             * Organization Account Number
             * @description This can be found when logging into the Webex Teams Admin portal under the My Company Info section. Accepted as the uuid or as the id of the Webex API; stored and returned as the uuid.
             * @example 2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21
             */
            account_number: string;
            http_proxy: string | null;
            https_proxy: string | null;
            shadow: {
                /**
                 * Name
                 * @example Acme
                 */
                name: string;
            }[];
            /** @description How the users are synced, defaults included. */
            sync: {
                /** @description Hours between scheduled syncs of the users; 0 switches them off. */
                every_hours: number;
                /** @description Removals wait for approval when they are more than this and more than `held_above_share` of all people. */
                held_above_people: number;
                /** @description A share of all people, from 0 to 1. */
                held_above_share: number;
                /** @description Removals wait for approval when they are more than this. */
                held_above: number;
                /** @description Whether Webex's count of people must match the scan before people are removed. */
                check_total: boolean;
            };
            /**
             * Access Token Expires In
             * @description Time when the Access Token will expire.
             */
            access_token_expires: string | null;
            /** @description Seconds left, never below 0. */
            access_token_expires_in: number | null;
            /**
             * Refresh Token Expires In
             * @description Time when the Refresh Token will expire.
             */
            refresh_token_expires: string | null;
            /** @description Seconds left, never below 0. */
            refresh_token_expires_in: number | null;
            connection: components["schemas"]["Connection"];
            /** @description Goes into `If-Match`; also in the header `ETag`. */
            etag: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            create_time: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            update_time: string;
        };
        CustomerList: {
            customers: components["schemas"]["Customer"][];
            /** @description Goes into `page_token` of the next request; null on the last page. */
            next_page_token: string | null;
        };
        Model: {
            /** @constant */
            model: "relation/SparkCustomer";
            fields: {
                field_name: string;
                title: string;
                description: string;
                /** @enum {string} */
                type: "String" | "Array";
                required: boolean;
                is_password: boolean;
                read_only: boolean;
                max_length: number | null;
                cardinality: string | null;
            }[];
        };
        OpenApiDocument: {
            openapi: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Removals that wait, or waited, for a decision. */
        HeldRemovals: {
            /** @enum {string} */
            state: "waiting" | "approved" | "rejected" | "superseded";
            /**
             * @description `many`: more removals than the thresholds allow; `empty_organization`: the scan found nobody; `total_differs`: Webex counts more people than the scan found.
             * @enum {string}
             */
            reason: "many" | "empty_organization" | "total_differs";
            count: number;
            decided_by: string | null;
            decide_time: string | null;
        };
        /** @description One run that makes the stored users match the Webex organization. */
        Sync: {
            id: string;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "failed";
            /** @description The caller who asked; null for a scheduled sync. */
            by: string | null;
            /** @description The sync whose held removals this one carries out. */
            approves: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            ask_time: string;
            start_time: string | null;
            end_time: string | null;
            phase: ("scan" | "confirm" | "remove") | null;
            /** @description People stored when the sync started. Compare `counts.scanned` with it to see the progress. */
            expected: number;
            counts: {
                scanned: number;
                unchanged: number;
                added: number;
                changed: number;
                returned: number;
                removed: number;
                held: number;
                skipped: number;
            };
            /** @description Ids of people that Webex refused to show or whose record could not be stored, at most 100. They stay as they were. */
            skipped: string[];
            failure: {
                code: string;
                message: string;
                tracking_id: string | null;
            } | null;
            held: components["schemas"]["HeldRemovals"] | null;
        };
        SyncList: {
            syncs: components["schemas"]["Sync"][];
            /** @description Goes into `page_token` of the next request; null on the last page. */
            next_page_token: string | null;
        };
        HeldPeople: {
            /** @description Ids of users. */
            people: string[];
            /** @description Goes into `page_token` of the next request; null on the last page. */
            next_page_token: string | null;
        };
        ConnectLink: {
            /**
             * Format: uri
             * @description For an administrator of the organization. It works once.
             */
            url: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            expire_time: string;
        };
        Refresh: {
            /**
             * @description `unchanged`: Webex returned the same access token; `superseded`: another request renewed the connection in the meantime.
             * @enum {string}
             */
            outcome: "refreshed" | "unchanged" | "superseded";
            customer: components["schemas"]["Customer"];
        };
        AccessToken: {
            access_token: string;
            /** @constant */
            token_type: "Bearer";
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            expire_time: string;
            /** @description Seconds. */
            expires_in: number;
        };
        Event: {
            id: string;
            /**
             * @description More types may be added.
             * @enum {string}
             */
            type: "customer_created" | "customer_changed" | "connect_link_created" | "connected" | "refreshed" | "degraded" | "recovered" | "expiring" | "reauthorization_required" | "tokens_rejected" | "access_token_revealed" | "sync_requested" | "users_synced" | "sync_failed" | "removals_held" | "removals_approved" | "removals_rejected" | "authorizer_at_risk";
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            time: string;
            /** @description The caller; null when the system acted by itself. */
            by: string | null;
            /** @description The `trace` of the request, as in a problem. */
            request: string | null;
            facts: {
                [key: string]: string | number | boolean;
            };
        };
        EventList: {
            events: components["schemas"]["Event"][];
            /** @description Goes into `page_token` of the next request; null on the last page. */
            next_page_token: string | null;
        };
        /** @description The progress of an action on many customers. */
        Operation: {
            id: string;
            /** @enum {string} */
            action: "sync" | "connect";
            hierarchy: string;
            connection_state: ("absent" | "active" | "degraded" | "reauthorization_required") | null;
            /** @enum {string} */
            state: "running" | "done";
            by: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:30:00.000Z
             */
            ask_time: string;
            end_time: string | null;
            counts: {
                done: number;
                skipped: number;
                failed: number;
            };
        };
        OperationResult: {
            customer: string;
            /** @enum {string} */
            outcome: "done" | "skipped" | "failed";
            sync: string | null;
            url: string | null;
            expire_time: string | null;
            failure: {
                code: string;
                message: string;
            } | null;
        };
        OperationResultList: {
            results: components["schemas"]["OperationResult"][];
            /** @description Goes into `page_token` of the next request; null on the last page. */
            next_page_token: string | null;
        };
        User: {
            /** @description The uuid in Webex's id. */
            id: string;
            display_name: string | null;
            first_name: string | null;
            last_name: string | null;
            nick_name: string | null;
            emails: string[];
            phone_numbers: string[];
            sip_addresses: string[];
            extension: string | null;
            title: string | null;
            department: string | null;
            manager_id: string | null;
            location_id: string | null;
            type: string | null;
            /**
             * @description Derived from Webex's `loginEnabled` and `invitePending`, not from presence.
             * @enum {string}
             */
            status: "active" | "invite_pending" | "login_disabled" | "removed";
            /** @description Names of licences; the id where the name is unknown. */
            licenses: string[];
            /** @description Names of roles; the id where the name is unknown. */
            roles: string[];
            /** @description As Webex sent it. */
            create_time: string | null;
            remove_time: string | null;
        };
        UserList: {
            users: components["schemas"]["User"][];
            /** @description Null on the last page, and always with `since`. */
            next_page_token: string | null;
            /** @description With `since`: goes into `since` of the next request to the change feed. */
            next_since: string | null;
            /** @description Whether more can be read now. */
            more: boolean;
        };
        PersonSync: {
            /** @enum {string} */
            outcome: "added" | "changed" | "returned" | "unchanged" | "not_found";
            user: components["schemas"]["User"] | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the fields of a customer, as the source model names them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get this document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Read this document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationCreate"];
            };
        };
        responses: {
            /** @description Start an action on all customers at or below a node */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get the progress of an operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOperationResults: {
        parameters: {
            query?: {
                /** @description Items per page. */
                page_size?: number;
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path: {
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the results of an operation, one for each customer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationResultList"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCustomers: {
        parameters: {
            query?: {
                /** @description Only customers at or below this node. */
                hierarchy?: string;
                /** @description Only connections in this state. */
                state?: "absent" | "active" | "degraded" | "reauthorization_required";
                /** @description Only connected customers that lack this scope; `any`: that lack a required scope. */
                missing_scope?: string;
                /** @description The start of the name, in any case. */
                name_prefix?: string;
                order_by?: "name" | "name desc";
                /** @description Items per page. */
                page_size?: number;
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the customers at or below a node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerList"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerCreate"];
            };
        };
        responses: {
            /** @description Create a customer */
            201: {
                headers: {
                    /** @description Goes into `If-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description administrator_required, permission_denied, scopes_missing, wrong_organization */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description already_exists, busy, organization_connected */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description client_refused */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get one customer */
            200: {
                headers: {
                    /** @description Goes into `If-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCustomer: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` for any state. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a customer, its tokens and its users */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description version_mismatch */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description version_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeCustomer: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` for any state. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerPatch"];
            };
        };
        responses: {
            /** @description Change a customer (JSON merge patch) */
            200: {
                headers: {
                    /** @description Goes into `If-Match`. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description administrator_required, permission_denied, scopes_missing, wrong_organization */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description already_exists, busy, organization_connected, proxy_refused */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description version_mismatch */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description version_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description client_refused, webex_unavailable, webex_unexpected */
            502: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable, webex_rate_limited */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Refresh Access Token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refresh"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, not_connected, proxy_refused, reauthorization_required */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description client_refused, grant_refused, webex_unavailable, webex_unexpected */
            502: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable, webex_rate_limited */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sync Webex Teams Users */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sync"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, not_connected */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    connectCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Create a connect link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectLink"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revealAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reveal a working access token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessToken"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, not_connected, proxy_refused, reauthorization_required */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description client_refused, grant_refused, webex_unavailable, webex_unexpected */
            502: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable, webex_rate_limited */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSyncs: {
        parameters: {
            query?: {
                /** @description Items per page. */
                page_size?: number;
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a customer's syncs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncList"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSync: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                sync: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get one sync and its progress */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sync"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHeldRemovals: {
        parameters: {
            query?: {
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path: {
                id: string;
                sync: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List the people whose removal a sync holds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeldPeople"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveRemovals: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                sync: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Approve held removals */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sync"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, conflict */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectRemovals: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                sync: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reject held removals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sync"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, conflict */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description The start of the name, in any case. */
                name_prefix?: string;
                /** @description One complete address, in any case. */
                email?: string;
                status?: "active" | "invite_pending" | "login_disabled";
                /** @description Reads the change feed: what was added, changed or removed since this `next_since`; empty to read from the start. Cannot be combined with a filter. */
                since?: string;
                /** @description Items per page. */
                page_size?: number;
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a customer's users, search them, or read what has changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description cursor_expired */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get one user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Performs the request once, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sync one person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonSync"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description busy, not_connected, proxy_refused, reauthorization_required */
            409: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description request_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description client_refused, grant_refused, webex_forbidden, webex_unauthorized, webex_unavailable, webex_unexpected */
            502: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable, webex_rate_limited */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Items per page. */
                page_size?: number;
                /** @description `next_page_token` of the previous page. */
                page_token?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description List a customer's history */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            /** @description invalid_request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unauthenticated */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description permission_denied */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description identity_unavailable, secrets_unavailable, store_unavailable */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

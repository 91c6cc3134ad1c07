/**
 * Shapes that the server sends (helpdesk/realtime/payloads.py). A leaf: it imports nothing, so
 * that every module may name these types without making a circle.
 *
 * @typedef {{id: number, name: string, initials: string, hue: number, photo?: string, presence?: string, role?: string}} Agent
 * @typedef {{id: number, name: string, initials: string, hue: number, language: string, vip: boolean}} Customer
 * @typedef {{id: number, seq: number, customer: Customer, channel: string, provider: string,
 *   inbox: {id: number, name: string}, assignee: Agent|null, state: string, subject: string,
 *   preview: string, direction: string, unread: number, last_message_at: string|null,
 *   merged_into?: number|null, created_at?: string, waiting_since: string|null, due_at: string|null, promised_at?: string|null,
 *   late_from?: string|null, priority?: number, tags?: string[], customer_got_seq: number,
 *   customer_read_seq: number}} Row
 * @typedef {{id: string, name: string, size: number, type: string, stored: boolean, url: string, missing?: string}} File
 * @typedef {{state: string, next_at: string|null, error: string, code?: string, held_until?: string|null, taken_back?: boolean}} Delivery
 * @typedef {{id: string, conversation: number, seq: number, public_seq: number|null,
 *   client_id: string|null, direction: "in"|"out", internal: boolean, channel: string,
 *   provider: string, author: Agent|null, subject: string, body: string, has_html: boolean,
 *   full_text: string, from: string, automated: boolean, opt?: string, call?: any, auto_reply?: boolean, reading?: string[], attachments: File[],
 *   pictures?: {count: number, hosts: string[], trackers: number}|null,
 *   delivery: Delivery|null, at: string, card?: Card|null, quick?: string[], line?: boolean,
 *   paper?: ""|"note"|"ask"|"whisper", to?: number[], mentions?: number[], re?: string|null, rule?: string, letter?: LetterFacts|null,
 *   external_id?: string, answers?: string, shape?: Record<string, any>|null, reactions?: {by: string, emoji: string}[], our_reaction?: {emoji: string, state: string, error: string}|null,
 *   edited_at?: string|null, first_body?: string, deleted_at?: string|null, echo?: boolean, approved?: boolean, portion?: {of: string, n: number, all: number}|null}} Message
 * @typedef {{name: string, to: string, cc: string[], bcc: string[], reply_to: string, warnings: string[], resembles: string, lying: string[], possible: number|null,
 *   offered: {address: string, name: string}|null, handed_over: string|null, outside: boolean, signature: string, missed: string}} LetterFacts
 * @typedef {{title: string, text?: string, price?: string, url?: string, image?: string,
 *   buttons?: {label: string, url?: string, reply?: string}[]}} Card
 * @typedef {{seq: number, kind: string, payload: Record<string, any>, actor: Agent|null, at: string}} Event
 * @typedef {{live: boolean, segments?: boolean, splits?: boolean, answers?: boolean, reacts?: string[], typing?: boolean, max_chars: number, max_bytes?: number, subject: boolean, files_max_bytes: number, via: string}} Can
 * @typedef {{messages: Message[], events: Event[], more: boolean, customer: any, beside: any,
 *   can: Can, states: string[], statesFor: string, agents: Agent[], seq: number, stale: boolean,
 *   windowSeq?: number, paused?: boolean, window?: {seconds: number, after: string, tag_seconds: number, until: string|null, tag_until: string|null}|null,
 *   related?: any[], strands?: (Row & {answerable: boolean, can: Can, via: {channel: string, provider: string, address: string}})[],
 *   answer_in?: number, own?: {can: Can, via?: {channel: string, provider: string, address: string}},
 *   history?: any[]|null, scheduled?: Scheduled[], language?: string,
 *   via?: {channel: string, provider: string, address: string, silent?: string, reason?: string, by?: string, name?: string}}} Thread
 * @typedef {{id: number, by: Agent, body: string, files: string[], due_at: string, state: string, reason: string,
 *   error: string, then: string, cancel_if_customer_writes: boolean, stopped?: boolean}} Scheduled
 * @typedef {{inbox: number, channel: string, provider: string, name: string, address: string, verified: boolean,
 *   reason: string, current: boolean, doubt?: string, barred?: boolean}} Way
 * @typedef {{client_id: string, conversation: number, body: string, internal: boolean,
 *   channel: string, files: File[], then: string, at: string, phase: "waiting"|"failed",
 *   error: string, card?: Card|null, quick?: string[], seen_seq?: number|null, force?: boolean,
 *   cause?: string, paper?: "note"|"ask"|"whisper", to?: number[], mentions?: number[],
 *   re?: string|null, help?: boolean, strand?: number, templates?: {id: number, text: string}[],
 *   letter?: {to: string, cc: string[], bcc: string[], signed: boolean},
 *   approved?: {id: number, values: string[]}, tagged?: boolean, answering?: string}} Parcel
 */
export {};

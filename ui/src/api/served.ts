/** What a server answers, as opposed to what it takes: fields with defaults are always there. */

/** Makes every optional field of an answer present, at every depth. Null stays null. */
export type Served<T> = T extends (infer Item)[]
  ? Served<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Served<Exclude<T[Key], undefined>> }
    : T;

/** Where and when another person might run the tests. */
export interface Place {
  readonly name: string;
  /** `TZ` */
  readonly zone: string;
  /** `LC_ALL` */
  readonly language: string;
  /** When unit and integration tests begin, on the clocks of that place: a minute or two before something changes there */
  readonly at: string;
}

export const places: readonly Place[] = [
  {
    name: "kiritimati",
    zone: "Pacific/Kiritimati",
    language: "de_DE.UTF-8",
    at: "2027-03-02 23:58",
  },
  {
    // With the last day of February
    name: "st-johns",
    zone: "America/St_Johns",
    language: "C",
    at: "2028-02-29 23:58",
  },
  {
    // When the hour after two is left out; the small letter of I is ı there
    name: "berlin",
    zone: "Europe/Berlin",
    language: "tr_TR.UTF-8",
    at: "2027-03-28 01:58",
  },
];

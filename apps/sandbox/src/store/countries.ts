/** Where customers live and what they pay in taxes there. */
export interface Country {
  code: string;
  name: string;
  /** Parts of the tax: [title, rate]. */
  taxes: [string, number][];
  /** [city, province, province code, zip, own taxes if they differ]. */
  places: [string, string | null, string | null, string, [string, number][]?][];
}

export const COUNTRIES: Record<string, Country> = {
  US: {
    code: 'US',
    name: 'United States',
    taxes: [['State Tax', 0.06]],
    places: [
      [
        'New York',
        'New York',
        'NY',
        '10001',
        [
          ['New York State Tax', 0.04],
          ['New York City Tax', 0.045],
        ],
      ],
      [
        'Los Angeles',
        'California',
        'CA',
        '90012',
        [
          ['California State Tax', 0.0725],
          ['Los Angeles County Tax', 0.0225],
        ],
      ],
      ['Austin', 'Texas', 'TX', '73301', [['Texas State Tax', 0.0625]]],
      ['Portland', 'Oregon', 'OR', '97201', []],
      [
        'Chicago',
        'Illinois',
        'IL',
        '60601',
        [
          ['Illinois State Tax', 0.0625],
          ['Cook County Tax', 0.0175],
        ],
      ],
      ['Miami', 'Florida', 'FL', '33101', [['Florida State Tax', 0.06]]],
      ['Boise', 'Idaho', 'ID', '83702'],
    ],
  },
  GB: {
    code: 'GB',
    name: 'United Kingdom',
    taxes: [['GB VAT', 0.2]],
    places: [
      ['London', 'England', 'ENG', 'SW1A 1AA'],
      ['Manchester', 'England', 'ENG', 'M1 1AE'],
      ['Edinburgh', 'Scotland', 'SCT', 'EH1 1YZ'],
      ['Llanfairpwllgwyngyll', 'Wales', 'WLS', 'LL61 5UJ'],
    ],
  },
  DE: {
    code: 'DE',
    name: 'Germany',
    taxes: [['DE MwSt', 0.19]],
    places: [
      ['Berlin', null, null, '10115'],
      ['München', null, null, '80331'],
      ['Köln', null, null, '50667'],
    ],
  },
  FR: {
    code: 'FR',
    name: 'France',
    taxes: [['FR TVA', 0.2]],
    places: [
      ['Paris', null, null, '75001'],
      ['Lyon', null, null, '69001'],
    ],
  },
  JP: {
    code: 'JP',
    name: 'Japan',
    taxes: [['CT', 0.1]],
    places: [
      ['渋谷区', 'Tokyo', 'JP-13', '150-0002'],
      ['大阪市', 'Osaka', 'JP-27', '530-0001'],
    ],
  },
  AU: {
    code: 'AU',
    name: 'Australia',
    taxes: [['GST', 0.1]],
    places: [
      ['Sydney', 'New South Wales', 'NSW', '2000'],
      ['Lord Howe Island', 'New South Wales', 'NSW', '2898'],
    ],
  },
  CA: {
    code: 'CA',
    name: 'Canada',
    taxes: [['GST', 0.05]],
    places: [
      [
        'Vancouver',
        'British Columbia',
        'BC',
        'V5K 0A1',
        [
          ['GST', 0.05],
          ['PST', 0.07],
        ],
      ],
      [
        'Montréal',
        'Quebec',
        'QC',
        'H2X 1Y4',
        [
          ['GST', 0.05],
          ['QST', 0.09975],
        ],
      ],
      ["St. John's", 'Newfoundland', 'NL', 'A1C 5S7', [['HST', 0.15]]],
      ['Calgary', 'Alberta', 'AB', 'T2P 1J9'],
    ],
  },
  NZ: {
    code: 'NZ',
    name: 'New Zealand',
    taxes: [['GST', 0.15]],
    places: [
      ['Auckland', 'Auckland', 'AUK', '1010'],
      ['Waitangi', 'Chatham Islands', null, '8016'],
    ],
  },
  IN: {
    code: 'IN',
    name: 'India',
    taxes: [
      ['CGST', 0.09],
      ['SGST', 0.09],
    ],
    places: [
      ['मुंबई', 'Maharashtra', 'MH', '400001'],
      ['Bengaluru', 'Karnataka', 'KA', '560001'],
    ],
  },
  KW: { code: 'KW', name: 'Kuwait', taxes: [], places: [['مدينة الكويت', null, null, '15000']] },
  AE: { code: 'AE', name: 'United Arab Emirates', taxes: [['VAT', 0.05]], places: [['دبي', 'Dubai', 'DU', '00000']] },
};

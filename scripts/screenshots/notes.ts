/** Notes as somebody might have them, oldest first. */
interface PicturedNote {
  readonly title: string;
  readonly text: string;
  readonly daysAgo: number;
  readonly notebook?: string;
  readonly tags: readonly string[];
  readonly pinned?: boolean;
}

const note = (
  daysAgo: number,
  tags: readonly string[],
  title: string,
  body: string,
  more: Partial<PicturedNote> = {},
) => ({
  title,
  daysAgo,
  tags,
  text: `${title}\n${body}`,
  ...more,
});

export const NOTES: readonly PicturedNote[] = [
  note(
    41,
    ['books'],
    'Books to read',
    '\n- [x] Piranesi, Susanna Clarke\n- [ ] The Dispossessed, Ursula K. Le Guin\n- [ ] A Psalm for the Wild-Built, Becky Chambers\n- [ ] Austerlitz, W. G. Sebald\n',
    { notebook: 'Journal' },
  ),
  note(23, ['home'], 'Bicycle repair', '\nRear brake pads: **Shimano B05S**. Chain replaced in May at 2,400 km.\n'),
  note(
    12,
    ['garden'],
    'Balcony in spring',
    '\nTomatoes go out after the 15th, not before. Basil likes company, mint does not.\n\n- [x] Seeds\n- [x] Compost, 40 l\n- [ ] Bamboo canes\n',
    { notebook: 'Home' },
  ),
  note(
    6,
    ['recipe'],
    'Lemon drizzle cake',
    '\n> Grandma’s, halved. She would use three lemons.\n\n## For the cake\n\n- 115 g butter, soft\n- 115 g sugar\n- 2 eggs\n- 115 g flour, 1 tsp baking powder\n- zest of **two** lemons\n\n## For the drizzle\n\nJuice of one lemon and 45 g sugar, poured over while the cake is *warm*.\n\n- [x] Line the tin\n- [x] Oven to 180 °C\n- [ ] 30 minutes, then look\n',
    { notebook: 'Recipes' },
  ),
  note(
    3,
    ['work'],
    'Monday planning',
    '\nMaya takes the release notes, Jonas the upgrade test.\n\n- [x] Book the room\n- [ ] Ask Priya about the budget\n- [ ] Send the agenda\n',
    { notebook: 'Work' },
  ),
  note(
    1,
    [],
    'Words I keep forgetting',
    '\n**Petrichor**: the smell of rain on dry ground.\n\n**Saudade**: ask Inês again.\n',
    {
      notebook: 'Journal',
    },
  ),
  note(
    0.2,
    ['family', 'travel'],
    'A week in Lisbon',
    '\nTrain from the airport to **Alameda**, then the green line. The flat is on the third floor; the key is with *Dona Amélia* at the bakery.\n\n## Before we go\n\n- [x] Passports, also Tom’s\n- [x] Tell the neighbours about the plants\n- [ ] Download the maps\n- [ ] Cancel the vegetable box\n\n## Worth the walk\n\n1. Miradouro da Graça, late in the afternoon\n2. The tile museum: [opening hours](https://www.museudoazulejo.gov.pt)\n3. Feira da Ladra, Tuesdays and Saturdays\n\n> “If it rains, go to the Gulbenkian and stay for lunch.” Marta\n',
    { notebook: 'Travel', pinned: true },
  ),
];

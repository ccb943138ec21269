import * as z from 'zod';
import { readsCifar, type CifarLayout, type CifarSource } from '../formats/cifar.ts';
import { defineDataset } from '../dataset.ts';
import { splitOptions } from '../split-options.ts';

const FINE = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
  camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup
  dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower
  leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid
  otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray
  road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
  sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle
  wardrobe whale willow_tree wolf woman worm`;

const COARSE = `
  aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices
  household_furniture insects large_carnivores large_man-made_outdoor_things
  large_natural_outdoor_scenes large_omnivores_and_herbivores medium_mammals non-insect_invertebrates
  people reptiles small_mammals trees vehicles_1 vehicles_2`;

const options = z.strictObject({
  name: z.literal('cifar-100'),
  path: z
    .string()
    .min(1)
    .describe('Folder with the files of the binary or the Python version, or the archive itself (.tar.gz).'),
  labels: z
    .enum(['fine', 'coarse'])
    .default('fine')
    .describe('The 100 classes, or the 20 that each gather five of them.'),
  ...splitOptions,
});

/** The file layout with fine or coarse labels. */
export function cifar100Layout(labels: 'fine' | 'coarse'): CifarLayout {
  return {
    name: 'cifar-100',
    classNames: (labels === 'fine' ? FINE : COARSE).trim().split(/\s+/),
    trainFiles: ['train'],
    testFile: 'test',
    trainImages: 50_000,
    testImages: 10_000,
    labelBytes: 2,
    labelAt: labels === 'coarse' ? 0 : 1,
    labelKey: `${labels}_labels`,
    binaryFolder: 'cifar-100-binary',
    pythonFolder: 'cifar-100-python',
  };
}

function filesOf(given: z.infer<typeof options>): CifarSource {
  const { labels, ...rest } = given;
  return { ...rest, layout: cifar100Layout(labels) };
}

/** CIFAR-100 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): 50,000 and 10,000 images, 32 × 32. */
export const cifar100 = defineDataset({
  name: 'cifar-100',
  title: 'CIFAR-100: small colour images of 100 or 20 classes',
  source: 'Krizhevsky, Learning multiple layers of features from tiny images, 2009',
  options,
  ...readsCifar(filesOf),
});

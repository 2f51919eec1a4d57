import { describe, expect, it } from 'vitest';
import { nextTick, ref } from 'vue';

import { memoryDrawer } from '@/core';
import { useDraft } from './draft';
import { emptyDraft } from './result';

describe('draft', () => {
  it('is there again after a reload, for the same number only', async () => {
    const drawer = memoryDrawer();
    const ticket = ref('t1');
    const draft = useDraft(drawer, () => ticket.value);
    draft.value = { code: 'SUPPLEMENT', note: '', missing: ['户口簿'] };
    draft.value.missing.push('身份证');
    await nextTick();
    expect(useDraft(drawer, () => 't1').value.missing).toEqual(['户口簿', '身份证']);
    expect(useDraft(drawer, () => 't2').value).toEqual(emptyDraft());
    ticket.value = 't2';
    await nextTick();
    expect(draft.value).toEqual(emptyDraft());
  });

  it('starts empty where something else was kept', () => {
    const drawer = memoryDrawer();
    drawer.set('draft', '[');
    expect(useDraft(drawer, () => 't1').value).toEqual(emptyDraft());
  });
});

import 'webrtc-adapter';
import '@/ui/base.css';

import './citizen.css';
import '@/ui/quirks/flex-gap.css';

import { createApp } from 'vue';

import { language, setLanguage } from '@/i18n';
import { restoreElder } from '@/ui/elder';
import { markFlexGap } from '@/ui/quirks/flex-gap';

import App from './App.vue';
import { start } from './citizen';

markFlexGap();
restoreElder();
setLanguage(language.value);
createApp(App).mount('#app');
start();

import 'webrtc-adapter';
import '@/ui/base.css';

import { createApp } from 'vue';

import { language, setLanguage } from '@/i18n/language';
import { restoreElder } from '@/ui/elder';

import App from './App.vue';

restoreElder();
setLanguage(language.value);
createApp(App).mount('#app');

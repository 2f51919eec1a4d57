import 'webrtc-adapter';
import '@/ui/base.css';

import './citizen.css';

import { createApp } from 'vue';

import { language, setLanguage } from '@/i18n';
import { restoreElder } from '@/ui/elder';

import App from './App.vue';
import { start } from './citizen';

restoreElder();
setLanguage(language.value);
createApp(App).mount('#app');
start();

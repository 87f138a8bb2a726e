// All that is kept in the database file. The writer's thread and `openDatabase` both read this list; its order is free, its names are for ever.
import { messagesModule } from "#local/queue/module.ts";
import { storeModule } from "#local/store/module.ts";
import { tasksModule } from "#local/task-queue/module.ts";
import type { DatabaseModule } from "./module.ts";

export const MODULES: readonly DatabaseModule[] = [storeModule, messagesModule, tasksModule];

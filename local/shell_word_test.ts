import { equal } from "node:assert/strict";
import { shellWord } from "./shell_word.ts";

Deno.test("a path in a command that is printed is one word to the shell, whatever is in it", async () => {
  for (const path of ["/home/ada/reelay.log", "/home/Ada's films/$HOME `x`.log", '/a"b\\c;d']) {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `printf %s ${shellWord(path)}`],
    }).output();

    equal(new TextDecoder().decode(stdout), path);
  }
  equal(shellWord("/home/ada/reelay.log"), "/home/ada/reelay.log");
});

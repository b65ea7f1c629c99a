import { Argument, Command } from "commander";
import { shells, toShellScript, type Shell } from "../completion/shell-script.ts";

const installation = `
Install it once:
  bash  add this line to ~/.bashrc:
        source <(vaultbox completion bash)
  zsh   add this line to ~/.zshrc, after compinit:
        source <(vaultbox completion zsh)
  fish  vaultbox completion fish > ~/.config/fish/completions/vaultbox.fish

Example:
  vaultbox completion bash`;

export function buildCommand(): Command {
  return new Command("completion")
    .description("print the script that lets a shell complete vaultbox's commands and names")
    .addArgument(new Argument("<shell>", "the shell that reads it").choices(shells))
    .addHelpText("after", installation)
    .action(async (shell: Shell) => {
      const { printLines } = await import("../output.ts");
      printLines(toShellScript(shell).trimEnd().split("\n"));
    });
}

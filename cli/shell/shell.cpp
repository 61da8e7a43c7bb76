#include "cli/shell/shell.hpp"

#include "cli/commands/commands.hpp"
#include "cli/interrupts.hpp"
#include "cli/shell/editor.hpp"
#include "cli/shell/line.hpp"
#include "cli/shell/live_values.hpp"
#include "cli/table.hpp"

#include "capnp/client/control.hpp"
#include "capnp/client/neighbors.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace bellman::cli {

namespace {

constexpr const char* own_help = "Commands are those of bellmanctl. Also:\n"
                                 "  ?             what can follow, anywhere in a line\n"
                                 "  help COMMAND  its options\n"
                                 "  quit          or Ctrl-D\n"
                                 "Tab completes commands, options, neighbors and prefixes; Ctrl-C ends a watch.\n";

/// The commands, and those that only the shell has.
completion complete_line(context& c, const std::string& text, std::string& typed) {
  auto split = split_line(text);
  typed.clear();
  if (split.last_is_open && !split.words.empty()) {
    typed = split.words.back();
    split.words.pop_back();
  }
  const auto app = make_app(c);
  const bool asks_help = !split.words.empty() && split.words.front() == "help";
  if (asks_help)
    split.words.erase(split.words.begin());
  auto found = complete(*app, split.words, typed);
  if (split.words.empty() && !asks_help)
    for (const candidate& own : {candidate{"help", "what commands do"}, candidate{"quit", "leave the shell"}})
      if (own.text.starts_with(typed))
        found.candidates.push_back(own);
  return found;
}

/// "bellman(AS65000)> " where all sessions are of one AS of ours.
std::string prompt_of(context& c) {
  auto daemon = c.daemon();
  if (!daemon)
    return "bellman(no daemon)> ";
  const auto all = client::neighbors{**daemon}.list();
  if (!all || all->empty())
    return "bellman> ";
  const auto own = all->front().settings.local_as;
  const bool same = own != 0 && std::ranges::all_of(*all, [&](const auto& n) { return n.settings.local_as == own; });
  return same ? "bellman(AS" + std::to_string(own) + ")> " : "bellman> ";
}

void greet(context& c) {
  auto daemon = c.daemon();
  if (!daemon) {
    c.report(daemon.error());
    return;
  }
  const auto version = client::control{**daemon}.version();
  const auto who = (*daemon)->who();
  if (version && who)
    c.out << "bellmand " + printable(version->text) + " at " + to_string((*daemon)->where()) + "; you are " +
                 printable(who->name) + ", " + to_string(who->role) + ". ? for help.\n";
}

exit_code run_interactive(context& c) {
  greet(c);
  editor_hooks hooks;
  hooks.complete = [&](const std::string& text, std::string& typed) {
    c.loop.clear_interrupt();
    auto found = complete_line(c, text, typed);
    add_live_values(c, found, typed);
    return found;
  };
  hooks.help = [&](const std::string& text) {
    std::string typed;
    return render_completion(complete_line(c, text, typed));
  };
  c.out.flush();
  editor input{std::move(hooks), history_file()};
  while (true) {
    c.loop.clear_interrupt();
    const auto line = input.read(prompt_of(c));
    if (!line)
      break;
    arm_interrupts(c.loop);
    c.loop.clear_interrupt();
    if (run_line(c, *line).quit)
      break;
    c.out.flush();
  }
  return exit_code::ok;
}

exit_code run_batch(context& c) {
  auto code = exit_code::ok;
  std::string line;
  while (!c.loop.is_interrupted() && std::getline(std::cin, line)) {
    const auto done = run_line(c, line);
    c.out.flush();
    if (done.code != exit_code::ok)
      code = done.code;
    if (done.quit)
      break;
  }
  return code;
}

} // namespace

line_outcome run_line(context& c, const std::string& line) {
  auto split = split_line(line);
  auto& words = split.words;
  if (split.open_quote != 0)
    return {false, c.usage("a quote is not closed")};
  if (!words.empty() && words.front() == "bellmanctl") // pasted from elsewhere
    words.erase(words.begin());
  if (words.empty())
    return {};
  if (words.front() == "quit" || words.front() == "exit")
    return {true, exit_code::ok};
  if (words.back() == "?") {
    std::string typed;
    c.out << render_completion(complete_line(c, line.substr(0, line.rfind('?')), typed));
    return {};
  }
  const auto before = c.options;
  if (words.front() == "help") {
    words.erase(words.begin());
    if (words.empty())
      c.out << own_help;
    words.push_back("--help");
  }
  const auto code = run(c, words);
  c.options = before; // --json was for this line
  return {false, code};
}

exit_code run_shell(context& outer) {
  context c{outer.loop, outer.out, outer.err};
  c.options = outer.options;
  c.in_shell = true;
  return ::isatty(STDIN_FILENO) == 1 ? run_interactive(c) : run_batch(c);
}

} // namespace bellman::cli

// completion bash, and the hidden command that its script calls.

#include "cli/commands/commands.hpp"
#include "cli/shell/line.hpp"
#include "cli/shell/live_values.hpp"

namespace bellman::cli {

namespace {

/// The line is split here, so that the script need not know quotes. Where a colon separates words for bash, it expects
/// only what stands behind the last one.
constexpr const char* bash_script = R"(# bash completion of bellmanctl: source <(bellmanctl completion bash)
_bellmanctl() {
  local line=${COMP_LINE:0:COMP_POINT} word head=
  word=${line##* }
  [[ $COMP_WORDBREAKS == *:* ]] && head=${word%"${word##*:}"}
  local IFS=$'\n'
  COMPREPLY=($("$1" complete --line "$line" 2>/dev/null))
  COMPREPLY=("${COMPREPLY[@]#"$head"}")
}
complete -o default -F _bellmanctl bellmanctl
)";

/// What the line that is being typed says about where the daemon is.
void take_place(const std::vector<std::string>& words, common_options& options) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "--socket")
      options.socket = words[i + 1];
    else if (words[i] == "--tcp")
      options.tcp = words[i + 1];
    else if (words[i] == "--token-file")
      options.token_file = words[i + 1];
  }
}

exit_code print_candidates(context& c, const std::string& line) {
  auto split = split_line(line);
  auto& words = split.words;
  std::string typed;
  if (split.last_is_open && !words.empty()) {
    typed = words.back();
    words.pop_back();
  }
  if (!words.empty())
    words.erase(words.begin()); // the name of the program
  take_place(words, c.options);
  c.options.timeout = 2;
  context fresh{c.loop, c.out, c.err};
  fresh.options = c.options;
  const auto app = make_app(fresh);
  auto found = complete(*app, words, typed);
  add_live_values(fresh, found, typed);
  for (const auto& x : found.candidates)
    c.out << x.text + "\n";
  return exit_code::ok;
}

} // namespace

void add_completion_commands(CLI::App& app, context& c) {
  auto* group = app.add_subcommand("completion", "a script that teaches the shell of the system to complete commands");
  group->require_subcommand(1);
  group->add_subcommand("bash", "for bash: source <(bellmanctl completion bash)")->callback([&c] {
    c.action = [&c] {
      c.out << bash_script;
      return exit_code::ok;
    };
  });
  auto* hidden = app.add_subcommand("complete", "what may follow")->group("");
  auto line = std::make_shared<std::string>();
  hidden->add_option("--line", *line, "the command line up to the cursor")->required();
  hidden->callback([&c, line] { c.action = [&c, line] { return print_candidates(c, *line); }; });
}

} // namespace bellman::cli

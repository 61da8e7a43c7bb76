#include "cli/shell/editor.hpp"

#include "cli/shell/line.hpp"

#include <histedit.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace bellman::cli {

namespace {
constexpr int lines_kept = 1000;
} // namespace

struct editor::parts {
  editor_hooks hooks;
  std::string history_path, prompt;
  EditLine* line = nullptr;
  History* past = nullptr;
  HistEvent event{};

  static parts& of(EditLine* el) {
    parts* p = nullptr;
    ::el_get(el, EL_CLIENTDATA, &p);
    return *p;
  }
  static std::string before_cursor(EditLine* el) {
    const auto* info = ::el_line(el);
    return {info->buffer, info->cursor};
  }
  static void insert(EditLine* el, const std::string& text) { ::el_insertstr(el, text.c_str()); }

  /// On a new line; libedit then draws prompt and line again.
  static unsigned char show(const std::string& text) {
    std::fputs(("\n" + text).c_str(), stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
  }

  static unsigned char on_tab(EditLine* el, int) {
    const auto text = before_cursor(el);
    std::string typed;
    const auto found = of(el).hooks.complete(text, typed);
    if (found.candidates.empty())
      return found.kind == value_kind::none ? CC_REFRESH_BEEP : show(render_completion(found));
    const auto start = common_start(found.candidates);
    if (split_line(text).open_quote != 0 || quoted(start) != start)
      return show(render_completion(found)); // no way to go on within quotes
    if (start.size() > typed.size())
      insert(el, start.substr(typed.size()));
    else if (found.candidates.size() > 1)
      return show(render_completion(found));
    if (found.candidates.size() == 1)
      insert(el, " ");
    return CC_REFRESH;
  }

  static unsigned char on_question_mark(EditLine* el, int) {
    const auto text = before_cursor(el);
    if (split_line(text).open_quote == 0)
      return show(of(el).hooks.help(text));
    insert(el, "?");
    return CC_REFRESH;
  }

  static unsigned char on_control_c(EditLine* el, int) {
    const auto* info = ::el_line(el);
    ::el_cursor(el, static_cast<int>(info->lastchar - info->cursor));
    ::el_deletestr(el, static_cast<int>(info->lastchar - info->buffer));
    return CC_NEWLINE;
  }
};

editor::editor(editor_hooks hooks, std::string history) : parts_{std::make_unique<parts>()} {
  auto& p = *parts_;
  p.hooks = std::move(hooks);
  p.history_path = std::move(history);
  p.past = ::history_init();
  ::history(p.past, &p.event, H_SETSIZE, lines_kept);
  ::history(p.past, &p.event, H_SETUNIQUE, 1);
  if (!p.history_path.empty())
    ::history(p.past, &p.event, H_LOAD, p.history_path.c_str());
  p.line = ::el_init("bellmanctl", stdin, stdout, stderr);
  ::el_set(p.line, EL_CLIENTDATA, &p);
  ::el_set(
      p.line, EL_PROMPT, +[](EditLine* el) -> char* { return parts::of(el).prompt.data(); });
  ::el_set(p.line, EL_EDITOR, "emacs");
  ::el_set(p.line, EL_HIST, ::history, p.past);
  ::el_set(p.line, EL_ADDFN, "bellman-complete", "completes the word", parts::on_tab);
  ::el_set(p.line, EL_ADDFN, "bellman-help", "shows what can follow", parts::on_question_mark);
  ::el_set(p.line, EL_ADDFN, "bellman-abandon", "forgets the line", parts::on_control_c);
  ::el_set(p.line, EL_BIND, "\t", "bellman-complete", nullptr);
  ::el_set(p.line, EL_BIND, "?", "bellman-help", nullptr);
  ::el_set(p.line, EL_BIND, "^C", "bellman-abandon", nullptr);
  ::el_set(p.line, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  // While a line is edited Ctrl-C is a key; while a command runs it is a signal.
  ::el_set(p.line, EL_SETTY, "-d", "-isig", nullptr);
}

editor::~editor() {
  auto& p = *parts_;
  if (!p.history_path.empty())
    ::history(p.past, &p.event, H_SAVE, p.history_path.c_str());
  ::el_end(p.line);
  ::history_end(p.past);
}

std::optional<std::string> editor::read(const std::string& prompt) {
  auto& p = *parts_;
  p.prompt = prompt;
  ::el_resize(p.line);
  int length = 0;
  const auto* got = ::el_gets(p.line, &length);
  if (got == nullptr || length <= 0)
    return std::nullopt;
  std::string line{got, static_cast<std::size_t>(length)};
  if (line.ends_with('\n'))
    line.pop_back();
  if (line.find_first_not_of(' ') != std::string::npos)
    ::history(p.past, &p.event, H_ENTER, line.c_str());
  return line;
}

std::string history_file() {
  const auto* state = std::getenv("XDG_STATE_HOME");
  const auto* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (state != nullptr && *state == '/')
    folder = state;
  else if (home != nullptr && *home == '/')
    folder = std::filesystem::path{home} / ".local/state";
  else
    return "";
  folder /= "bellman";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  return failed ? "" : folder / "history";
}

} // namespace bellman::cli

#include "cli/shell/completion.hpp"

#include "cli/arguments.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

#include <algorithm>
#include <map>

namespace bellman::cli {

namespace {

bool takes_value(const CLI::Option& o) { return o.get_items_expected_max() != 0; }
bool is_hidden(const CLI::Option& o) { return o.get_group().empty(); }

std::vector<const CLI::App*> subcommands_of(const CLI::App& app) {
  auto all = app.get_subcommands([](const CLI::App* a) { return !a->get_name().empty() && !a->get_group().empty(); });
  return all;
}

/// With fallthrough the options of all apps above count, too.
const CLI::Option* find_option(const CLI::App& app, const std::string& word) {
  for (const auto* a = &app; a != nullptr; a = a->get_parent())
    for (const auto* o : a->get_options())
      if (o->nonpositional() && o->check_name(word))
        return o;
  return nullptr;
}

/// Where in the tree a line is.
struct state {
  const CLI::App* app;
  std::size_t positionals = 0;            ///< used up in this app
  const CLI::Option* waiting = nullptr;   ///< an option whose value comes next
  std::map<const CLI::Option*, int> used; ///< times
};

void advance(state& s, const std::string& word) {
  if (s.waiting != nullptr) {
    s.waiting = nullptr;
    return;
  }
  if (word.size() > 1 && word.front() == '-') {
    const auto* o = find_option(*s.app, word.substr(0, word.find('=')));
    if (o == nullptr)
      return;
    ++s.used[o];
    if (takes_value(*o) && word.find('=') == std::string::npos)
      s.waiting = o;
    return;
  }
  if (s.positionals == 0)
    for (const auto* sub : subcommands_of(*s.app))
      if (sub->check_name(word)) {
        s.app = sub;
        return;
      }
  ++s.positionals;
}

const CLI::Option* next_positional(const state& s) {
  std::size_t n = 0;
  for (const auto* o : s.app->get_options()) {
    if (!o->get_positional())
      continue;
    if (n == s.positionals || o->get_items_expected_max() > 1)
      return o;
    ++n;
  }
  return nullptr;
}

bool begins(const std::string& text, const std::string& typed) { return text.starts_with(typed); }

/// The values of "a|b|c"; the kind of others.
void offer_value(completion& out, const CLI::Option& o, const std::string& typed) {
  const auto type = o.get_type_name();
  out.value_name = type;
  out.value_help = o.get_description();
  out.kind = type == type_name::neighbor ? value_kind::neighbor
             : type == type_name::prefix ? value_kind::prefix
             : type == type_name::file   ? value_kind::file
                                         : value_kind::other;
  if (type.find('|') == std::string::npos)
    return;
  out.kind = value_kind::none;
  for (std::size_t at = 0; at <= type.size();) {
    const auto end = std::min(type.find('|', at), type.size());
    const auto value = type.substr(at, end - at);
    if (begins(value, typed))
      out.candidates.push_back({value, at == 0 ? o.get_description() : ""});
    at = end + 1;
  }
}

void offer_options(completion& out, const CLI::App& app, const state& s, const std::string& typed) {
  for (const auto* o : app.get_options()) {
    if (!o->nonpositional() || is_hidden(*o))
      continue;
    const auto again = s.used.contains(o) && o->get_items_expected_max() <= 1;
    if (again)
      continue;
    for (const auto& name : o->get_lnames()) {
      const auto text = "--" + name;
      // Every app on the way up has a --help of its own; nobody needs to be told of it unasked.
      const auto known = std::ranges::find(out.candidates, text, &candidate::text) != out.candidates.end();
      if (begins(text, typed) && !known && !(typed.empty() && name == "help"))
        out.candidates.push_back({text, o->get_description()});
      if (typed.empty())
        break; // other names of the same are for those who know them
    }
  }
}

} // namespace

completion complete(const CLI::App& root, const std::vector<std::string>& before, const std::string& typed) {
  state s{&root};
  for (const auto& word : before)
    advance(s, word);
  completion out;
  if (s.waiting != nullptr) {
    offer_value(out, *s.waiting, typed);
    return out;
  }
  if (typed.starts_with('-')) {
    for (const auto* a = s.app; a != nullptr; a = a->get_parent())
      offer_options(out, *a, s, typed);
    return out;
  }
  const auto subcommands = subcommands_of(*s.app);
  if (s.positionals == 0)
    for (const auto* sub : subcommands)
      if (begins(sub->get_name(), typed))
        out.candidates.push_back({sub->get_name(), sub->get_description()});
  if (const auto* o = next_positional(s))
    offer_value(out, *o, typed);
  if (typed.empty() && subcommands.empty())
    offer_options(out, *s.app, s, typed);
  return out;
}

std::string common_start(const std::vector<candidate>& candidates) {
  if (candidates.empty())
    return "";
  auto start = candidates.front().text;
  for (const auto& c : candidates) {
    const auto differ = std::ranges::mismatch(start, c.text).in1;
    start.erase(differ, start.end());
  }
  return start;
}

std::string render_completion(const completion& c) {
  std::string out;
  std::size_t width = display_width(c.value_name);
  for (const auto& x : c.candidates)
    width = std::max(width, display_width(x.text));
  const auto put = [&](const std::string& text, const std::string& help) {
    out += "  " + text;
    if (!help.empty())
      out += std::string(width - display_width(text) + 2, ' ') + help;
    out += '\n';
  };
  if (c.kind != value_kind::none)
    put(c.value_name, c.value_help);
  for (const auto& x : c.candidates)
    put(x.text, x.help);
  return out.empty() ? "  (end of the line)\n" : out;
}

std::optional<wire::prefix> block_of_typed(const std::string& typed) {
  const auto is_v6 = typed.find(':') != std::string::npos;
  if (typed.find("::") != std::string::npos) {
    // Everything in front of "::" is complete; what it stands for is not known.
    const auto head = typed.substr(0, typed.find("::"));
    return head.empty() ? std::nullopt : block_of_typed(head + ":");
  }
  const char separator = is_v6 ? ':' : '.';
  std::string head;
  unsigned parts = 0;
  for (std::size_t at = 0, end; (end = typed.find(separator, at)) != std::string::npos; at = end + 1, ++parts)
    head += (parts == 0 ? "" : std::string{separator}) + typed.substr(at, end - at);
  const unsigned all = is_v6 ? 8 : 4;
  if (parts == 0 || parts >= all)
    return std::nullopt;
  if (is_v6)
    head += "::";
  else
    for (auto i = parts; i < all; ++i)
      head += ".0";
  return wire::parse_prefix(head + "/" + std::to_string(parts * (is_v6 ? 16 : 8)));
}

} // namespace bellman::cli

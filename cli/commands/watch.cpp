// watch: follows changes of routes, over lost connections, and remembers where it was.

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/route_text.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

namespace bellman::cli {

namespace {

struct watch_request {
  client::route_query query;
  std::string from, save;
  std::uint32_t limit = 0; ///< 0: none
};

/// Written beside and renamed, so that a crash leaves the old cursor or the new one.
bool save_cursor(const std::string& file, const client::watch_cursor& cursor) {
  const auto beside = file + ".new";
  {
    std::ofstream out{beside};
    out << dump(to_json(cursor)) << '\n';
    if (!out.flush())
      return false;
  }
  return std::rename(beside.c_str(), file.c_str()) == 0;
}

class event_printer {
public:
  event_printer(context& c, const watch_request& r) : context_{c}, request_{r} {}

  /// False: that is enough.
  bool take(const client::watch_batch& batch) {
    if (batch.mark != client::mark::none)
      put_mark(batch);
    for (const auto& e : batch.events) {
      if (context_.options.json)
        context_.print(to_json(e));
      else
        context_.out << render_event(e);
      if (request_.limit != 0 && ++events_ == request_.limit) {
        context_.out.flush();
        return false; // in the middle of a batch: the saved cursor stays before it, so that nothing is missed
      }
    }
    // Only what has been handed on is behind us.
    context_.out.flush();
    if (context_.out.is_closed())
      return false;
    if (!request_.save.empty() && !save_cursor(request_.save, batch.cursor)) {
      trouble_ = "cannot write " + request_.save;
      return false;
    }
    return true;
  }
  const std::string& trouble() const noexcept { return trouble_; }

private:
  void put_mark(const client::watch_batch& batch) {
    if (context_.options.json)
      context_.print({{"event", mark_text(batch.mark)}});
    else
      context_.out << std::string{"# "} + mark_text(batch.mark) + "\n";
  }

  context& context_;
  const watch_request& request_;
  std::uint32_t events_ = 0;
  std::string trouble_;
};

exit_code watch(context& c, client::connection& daemon, const watch_request& r) {
  std::optional<client::watch_cursor> from;
  if (!r.from.empty()) {
    std::ifstream in{r.from};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    from = parse_cursor(text);
    if (!from)
      return c.usage(r.from + " is not a file of watch --save-cursor");
  }
  event_printer printer{c, r};
  client::watch_hooks hooks;
  hooks.batch = [&](const client::watch_batch& b) { return printer.take(b); };
  hooks.lost = [&](const client::fault& f) {
    c.err << to_string(f) + "; trying again\n";
    c.err.flush();
    return true;
  };
  hooks.resumed = [&] {
    c.err << "connected again\n";
    c.err.flush();
    return true;
  };
  const auto ended = client::follow(daemon, r.query, from, hooks);
  if (!printer.trouble().empty())
    return c.report({"failed", printer.trouble()});
  // Ctrl-C is the ordinary end of a watch.
  return ended || ended.error().code == "interrupted" ? exit_code::ok : c.report(ended.error());
}

} // namespace

void add_watch_command(CLI::App& app, context& c) {
  auto* sub = app.add_subcommand("watch", "follow changes of routes, until Ctrl-C");
  auto r = std::make_shared<watch_request>();
  add_query_options(*sub, r->query);
  sub->add_option("--from-cursor", r->from, "go on where this file says")->type_name(type_name::file);
  sub->add_option("--save-cursor", r->save, "keep in this file where to go on")->type_name(type_name::file);
  add_value(*sub, "--limit", type_name::number, "end after so many events", parse_count,
            [r = r.get()](auto n) { r->limit = n; });
  sub->callback(
      [&c, r] { c.action = [&c, r] { return c.with_daemon([&](auto& daemon) { return watch(c, daemon, *r); }); }; });
}

} // namespace bellman::cli

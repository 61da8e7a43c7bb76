#include "actors/ledger/store.hpp"

#include "actors/ledger/attribute_sets.hpp"
#include "actors/ledger/keys.hpp"
#include "actors/ledger/schema.hpp"

namespace bellman::ledger {

namespace {

fault fault_of(const sql_error& e) {
  switch (e.code) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return {fault::kind::locked, "another process uses the store"};
  case SQLITE_READONLY:
  case SQLITE_PERM: return {fault::kind::read_only, "the store cannot be written: " + std::string{e.what()}};
  case SQLITE_CANTOPEN: return {fault::kind::other, "the store cannot be opened: " + std::string{e.what()}};
  case SQLITE_NOTADB: return {fault::kind::corrupt, "the file is no database"};
  case SQLITE_CORRUPT: return {fault::kind::corrupt, "the store is damaged: " + std::string{e.what()}};
  case SQLITE_TOOBIG: return {fault::kind::too_large, e.what()};
  case SQLITE_FULL: return {fault::kind::full, "no space is left for the store"};
  default: return {fault::kind::other, "the store failed: " + std::string{e.what()}};
  }
}

/// Failures become results here, and nowhere else.
template <class Work>
auto guarded(Work&& work) -> result<decltype(work()), fault> {
  try {
    return work();
  } catch (const sql_error& e) {
    return fail{fault_of(e)};
  } catch (const schema_error& e) {
    return fail{fault{fault::kind::foreign, e.what()}};
  }
}

[[noreturn]] void damaged(const char* what) { throw sql_error{SQLITE_CORRUPT, what}; }

} // namespace

struct store::parts {
  parts(const std::string& path, retention kept) : db{path}, keep{kept} {
    prepare(db);
    s.emplace(db);
    sets.emplace(db);
    marks.emplace(db);
    metrics.emplace(db);
  }

  struct statements {
    explicit statements(database& db)
        : owner{db, "SELECT number FROM owners WHERE name = ?"},
          add_owner{db, "INSERT INTO owners SELECT ifnull(max(number) + 1, 0), ? FROM owners RETURNING number"},
          owners{db, "SELECT number, name FROM owners ORDER BY number"},
          put_route{db,
                    "INSERT INTO routes VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET attributes = excluded.attributes"},
          drop_route{db, "DELETE FROM routes WHERE owner = ? AND prefix = ?"},
          drop_routes{db, "DELETE FROM routes WHERE owner = ?1"},
          prefixes{db, "SELECT prefix FROM routes WHERE owner = ?1 ORDER BY prefix"},
          page{db, "SELECT owner, prefix, attributes FROM routes WHERE (owner, prefix) > (?1, ?2) "
                   "ORDER BY owner, prefix LIMIT ?3 OFFSET ?4"},
          owners_page{db, "SELECT owner, prefix, attributes FROM routes WHERE owner = ?1 AND prefix > ?2 "
                          "ORDER BY prefix LIMIT ?3 OFFSET ?4"},
          sequence{db, "UPDATE state SET sequence = sequence + 1 RETURNING sequence"},
          request{db, "SELECT sequence, announced, withdrawn FROM requests WHERE owner = ? AND request_id = ?"},
          add_request{db, "INSERT INTO requests VALUES(?, ?, ?, ?, ?, ?)"},
          drop_overtaken{db, "DELETE FROM requests WHERE sequence <= ?"},
          drop_old{db, "DELETE FROM requests WHERE at < ?2 AND sequence IN "
                       "(SELECT sequence FROM requests ORDER BY sequence LIMIT 64) AND sequence < ?1"},
          put_neighbor{db, "INSERT OR REPLACE INTO neighbors VALUES(?, ?, ?, ?, ?, ?, ?)"},
          drop_neighbor{db, "DELETE FROM neighbors WHERE address = ?"},
          neighbors{db, "SELECT address, group_name, patch, base_group, base, made, removed FROM neighbors "
                        "ORDER BY address"},
          put_range{db, "INSERT OR REPLACE INTO ranges VALUES(?, ?)"},
          drop_range{db, "DELETE FROM ranges WHERE prefix = ?"},
          ranges{db, "SELECT prefix, text FROM ranges ORDER BY prefix"} {}

    statement owner, add_owner, owners, put_route, drop_route, drop_routes, prefixes, page, owners_page, sequence,
        request, add_request, drop_overtaken, drop_old, put_neighbor, drop_neighbor, neighbors, put_range, drop_range,
        ranges;
  };

  std::optional<std::uint32_t> find_owner(const std::string& name) {
    const reset_at_end guard{s->owner};
    if (!s->owner.bind(1, name).next())
      return std::nullopt;
    return static_cast<std::uint32_t>(s->owner.number(0));
  }
  std::uint32_t owner_of(const std::string& name) {
    if (const auto known = find_owner(name))
      return *known;
    s->add_owner.bind(1, name).next();
    const auto number = static_cast<std::uint32_t>(s->add_owner.number(0));
    s->add_owner.run();
    return number;
  }
  std::uint64_t next_sequence() {
    if (!s->sequence.next())
      damaged("the sequence is missing");
    const auto sequence = static_cast<std::uint64_t>(s->sequence.number(0));
    s->sequence.run();
    return sequence;
  }

  std::optional<committed> find_request(std::uint32_t owner, const std::string& id) {
    if (id.empty())
      return std::nullopt;
    const reset_at_end guard{s->request};
    if (!s->request.bind(1, owner).bind(2, id).next())
      return std::nullopt;
    const auto at = [&](int column) { return static_cast<std::uint64_t>(s->request.number(column)); };
    return committed{at(0), at(1), at(2), owner, true};
  }
  void remember(const committed& c, const route_changes& changes) {
    const auto sequence = static_cast<std::int64_t>(c.sequence);
    if (!changes.request_id.empty())
      s->add_request.bind(1, sequence)
          .bind(2, c.owner)
          .bind(3, changes.request_id)
          .bind(4, static_cast<std::int64_t>(c.announced))
          .bind(5, static_cast<std::int64_t>(c.withdrawn))
          .bind(6, changes.now)
          .run();
    s->drop_overtaken.bind(1, sequence - static_cast<std::int64_t>(keep.requests)).run();
    s->drop_old.bind(1, sequence).bind(2, changes.now - keep.seconds).run();
  }

  committed commit(const route_changes& changes) {
    transaction all{db};
    sets->begin();
    committed c;
    c.owner = owner_of(changes.owner);
    if (auto known = find_request(c.owner, changes.request_id))
      return *known; // rolls back: nothing was changed
    attribute_sets::batch ids{*sets, changes.attributes};
    for (const auto& e : changes.edits) {
      const key at{e.prefix};
      if (e.withdraw) {
        s->drop_route.bind(1, c.owner).bind(2, at.view()).run();
        c.withdrawn += static_cast<std::uint64_t>(db.changes());
      } else {
        s->put_route.bind(1, c.owner).bind(2, at.view()).bind(3, ids.of(e.attributes, e.prefix.family())).run();
        ++c.announced;
      }
    }
    c.sequence = next_sequence();
    remember(c, changes);
    const auto left = sets->clear_unused();
    all.commit();
    sets->settled(left);
    return c;
  }

  removed_routes remove_all(const std::string& owner) {
    transaction all{db};
    sets->begin();
    removed_routes out;
    out.done.owner = owner_of(owner);
    const reset_at_end guard{s->prefixes};
    for (s->prefixes.bind(1, out.done.owner); s->prefixes.next();) {
      const auto prefix = read_prefix(s->prefixes.blob(0));
      out.prefixes.push_back(prefix ? *prefix : (damaged("a route has no prefix"), wire::prefix{}));
    }
    s->drop_routes.bind(1, out.done.owner).run();
    out.done.withdrawn = out.prefixes.size();
    out.done.sequence = next_sequence();
    const auto left = sets->clear_unused();
    all.commit();
    sets->settled(left);
    return out;
  }

  route_page routes(const page_request& wanted) {
    auto& rows = wanted.owner ? s->owners_page : s->page;
    const reset_at_end guard{rows};
    const auto after = wanted.after ? std::optional{key{wanted.after->second}} : std::nullopt;
    const std::int64_t from = wanted.owner   ? std::int64_t{*wanted.owner}
                              : wanted.after ? std::int64_t{wanted.after->first}
                                             : std::int64_t{-1};
    rows.bind(1, from).bind(2, after ? after->view() : wire::bytes_view{});
    rows.bind(3, std::int64_t{wanted.max} + 1).bind(4, static_cast<std::int64_t>(wanted.skip));
    route_page page;
    attribute_sets::reader values{*sets};
    while (rows.next()) {
      if (page.rows.size() == wanted.max)
        return page;
      const auto prefix = read_prefix(rows.blob(1));
      if (!prefix)
        damaged("a route has no prefix");
      page.rows.push_back({static_cast<std::uint32_t>(rows.number(0)), *prefix, values.of(rows.number(2))});
    }
    page.done = true;
    return page;
  }

  done put(const neighbor_row& n) {
    const key at{n.address};
    s->put_neighbor.bind(1, at.view()).bind(3, n.patch).bind(4, n.base_group).bind(5, n.base);
    s->put_neighbor.bind(6, std::int64_t{n.made}).bind(7, std::int64_t{n.removed});
    n.group ? s->put_neighbor.bind(2, *n.group) : s->put_neighbor.bind_null(2);
    s->put_neighbor.run();
    return {};
  }

  std::vector<neighbor_row> neighbors() {
    std::vector<neighbor_row> all;
    auto& rows = s->neighbors;
    const reset_at_end guard{rows};
    while (rows.next()) {
      const auto address = read_address(rows.blob(0));
      if (!address)
        damaged("a neighbor has no address");
      all.push_back({*address, rows.is_null(1) ? std::nullopt : std::optional{rows.text(1)}, rows.text(2), rows.text(3),
                     rows.text(4), rows.number(5) != 0, rows.number(6) != 0});
    }
    return all;
  }

  std::vector<range_row> ranges() {
    std::vector<range_row> all;
    auto& rows = s->ranges;
    const reset_at_end guard{rows};
    while (rows.next()) {
      const auto range = read_prefix(rows.blob(0));
      if (!range)
        damaged("a range has no prefix");
      all.push_back({*range, rows.is_null(1) ? std::nullopt : std::optional{rows.text(1)}});
    }
    return all;
  }

  database db;
  retention keep;
  std::optional<statements> s;
  std::optional<attribute_sets> sets;
  std::optional<run_marks> marks;
  std::optional<metric_rows> metrics;
};

store::store(std::unique_ptr<parts> p) : parts_{std::move(p)} {}
store::~store() = default;

result<std::unique_ptr<store>, fault> store::open(const std::string& path, retention keep) {
  return guarded([&] { return std::unique_ptr<store>{new store{std::make_unique<parts>(path, keep)}}; });
}

result<committed, fault> store::commit(const route_changes& changes) {
  return guarded([&] { return parts_->commit(changes); });
}
result<removed_routes, fault> store::remove_all(const std::string& owner) {
  return guarded([&] { return parts_->remove_all(owner); });
}
result<route_page, fault> store::routes(const page_request& wanted) {
  return guarded([&] { return parts_->routes(wanted); });
}
result<std::vector<std::pair<std::uint32_t, std::string>>, fault> store::owners() {
  return guarded([&] {
    std::vector<std::pair<std::uint32_t, std::string>> all;
    const reset_at_end guard{parts_->s->owners};
    while (parts_->s->owners.next())
      all.emplace_back(static_cast<std::uint32_t>(parts_->s->owners.number(0)), parts_->s->owners.text(1));
    return all;
  });
}
result<std::optional<std::uint32_t>, fault> store::owner_number(const std::string& name) {
  return guarded([&] { return parts_->find_owner(name); });
}
result<done, fault> store::put(const neighbor_row& neighbor) {
  return guarded([&] { return parts_->put(neighbor); });
}
result<done, fault> store::forget(const wire::ip_address& neighbor) {
  return guarded([&] {
    parts_->s->drop_neighbor.bind(1, key{neighbor}.view()).run();
    return done{};
  });
}
result<std::vector<neighbor_row>, fault> store::neighbors() {
  return guarded([&] { return parts_->neighbors(); });
}
result<done, fault> store::put(const range_row& range) {
  return guarded([&] {
    const key at{range.range};
    auto& row = parts_->s->put_range.bind(1, at.view());
    range.text ? row.bind(2, *range.text) : row.bind_null(2);
    row.run();
    return done{};
  });
}
result<done, fault> store::forget(const wire::prefix& range) {
  return guarded([&] {
    parts_->s->drop_range.bind(1, key{range}.view()).run();
    return done{};
  });
}
result<std::vector<range_row>, fault> store::ranges() {
  return guarded([&] { return parts_->ranges(); });
}
result<done, fault> store::change_metrics(std::span<const metric_row> put, std::span<const wire::prefix> forget) {
  return guarded([&] {
    transaction all{parts_->db};
    parts_->metrics->change(put, forget);
    all.commit();
    return done{};
  });
}
result<std::vector<metric_row>, fault> store::metrics() {
  return guarded([&] {
    auto all = parts_->metrics->read();
    return all ? std::move(*all) : (damaged("a metric has no prefix"), std::vector<metric_row>{});
  });
}
result<done, fault> store::put(const run_mark& mark) {
  return guarded([&] {
    mark.neighbors.empty() ? parts_->marks->forget() : parts_->marks->put(mark);
    return done{};
  });
}
result<std::optional<run_mark>, fault> store::last_run() {
  return guarded([&] { return parts_->marks->read(); });
}
result<std::size_t, fault> store::attribute_sets_kept() {
  return guarded([&] { return static_cast<std::size_t>(parts_->db.number("SELECT count(*) FROM attribute_sets")); });
}

std::optional<std::string> check_store(const std::string& path) {
  const auto trouble = guarded([&] {
    database db{path};
    prepare(db);
    const auto found = db.text("PRAGMA quick_check(1)");
    if (found != "ok")
      damaged(found.c_str());
    return done{};
  });
  return trouble ? std::nullopt : std::optional{path + ": " + trouble.error().text};
}

} // namespace bellman::ledger

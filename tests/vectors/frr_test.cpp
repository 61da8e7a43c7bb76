// The cases of FRR's unit tests and topotests. Where we differ and may, docs/test-vectors.md says why.
#include "tests/vectors/data.hpp"

#include <regex>
#include <set>

namespace bellman::vectors {
namespace {

using namespace wire;
using namespace wire::testing;
using wire::testing::hex;

class Frr : public data_test {};

decode_context context_of(const std::string& session) {
  return {.kind = session == "ibgp" ? session_kind::ibgp : session_kind::ebgp};
}

/// What the session and the route come to: -1 is a reset before any attribute was looked at.
severity outcome(const bytes& body, const decode_context& context, path_attributes* attributes = nullptr) {
  const auto parts = split_update(body);
  if (!parts || check_nlri(*parts, context)) {
    return severity::session_reset;
  }
  auto decoded = decode_attributes(*parts, context);
  if (attributes != nullptr) {
    *attributes = std::move(decoded.attributes);
  }
  return decoded.worst;
}

TEST_F(Frr, AttributeListsComeToTheSame) {
  for (const auto& c : document("bgp-messages/frr_attr_parse_cases.json")) {
    if (c.at("session") == "ebgp-oad") { // draft-uttaro-idr-bgp-oad is not implemented
      continue;
    }
    const auto got = outcome(update_body(hex(c.at("path_attributes_hex").get<std::string>()), nlri_198_51_100_0),
                             context_of(c["session"]));
    if (c.at("frr_result") == "BGP_ATTR_PARSE_PROCEED") {
      EXPECT_LE(got, severity::attribute_discard) << c.at("name");
    } else {
      ASSERT_EQ(c["frr_result"], "BGP_ATTR_PARSE_WITHDRAW");
      EXPECT_EQ(got, severity::treat_as_withdraw) << c.at("name");
    }
  }
}

bool is_ours(const json& c) {
  static const std::set<int> strangers{22, 23, 29, 39, 40}; // attributes that we do not know and pass on
  const auto spec = c.at("spec").get<std::string>();
  return !c.at("attr_type").is_null() && !strangers.contains(c["attr_type"].get<int>()) &&
         spec.find("FRR behaviour") == std::string::npos && spec.find("draft, no RFC") == std::string::npos;
}

TEST_F(Frr, MalformedAttributesHaveTheSameClass) {
  const std::set<std::string> differ{
      "as4path-seg-type-0",       // RFC 6793 §4.1, §6: discarded
      "originator-id-flag-trans", // RFC 7606 §7.9: from outside discarded, whatever it says
  };
  std::size_t compared = 0;
  for (const auto& c : document("bgp-messages/frr_rfc7606_cases.json")) {
    if (!is_ours(c)) {
      continue;
    }
    const auto type = c["attr_type"].get<std::uint8_t>();
    const auto attribute = hex(c.at("attr_hex").get<std::string>());
    for (const auto& [session, expected] : c.at("expect").items()) {
      if (session == "ebgp-oad" || (session == "ebgp" && differ.contains(c["name"]))) {
        continue;
      }
      bytes attributes;
      for (const auto& good : {origin_igp, path_64501, hop_192_0_2_1, local_pref_100}) {
        if (good[1] != type && (good[1] != 5 || session == "ibgp")) {
          put(attributes, good);
        }
      }
      path_attributes kept;
      const auto got = outcome(update_body(attributes + attribute, type == 14 ? bytes{} : nlri_198_51_100_0),
                               context_of(session), &kept);
      SCOPED_TRACE(c["name"].get<std::string>() + " on " + session);
      ++compared;
      if (expected == "session-reset") {
        EXPECT_EQ(got, severity::session_reset);
      } else if (expected == "treat-as-withdraw" && !differ.contains(c["name"])) {
        EXPECT_EQ(got, severity::treat_as_withdraw);
      } else if (expected == "attribute-discard") {
        EXPECT_LE(got, severity::attribute_discard);
        bytes canonical;
        encode_canonical(kept, ipv4_unicast, canonical);
        EXPECT_FALSE(fuzz::has_type(canonical, static_cast<attribute_type>(type)));
      }
    }
  }
  EXPECT_GT(compared, 50u);
}

TEST_F(Frr, MpAttributesAreReadOrRefused) {
  std::size_t compared = 0;
  for (const auto& c : document("bgp-messages/frr_mp_capability_cases.json")) {
    const auto kind = c.at("kind").get<std::string>();
    const auto value = hex(c.at("hex").get<std::string>());
    const auto name = c.at("name").get<std::string>();
    const bool reach = kind == "MP_REACH_NLRI value";
    // VPN routes are a family that we do not know; and MP_REACH without NLRI is well-formed.
    if ((!reach && kind != "MP_UNREACH_NLRI value") || value[2] == 128 || name == "IPv6-bug") {
      continue;
    }
    const auto body = update_body(origin_igp + path_64501 + attribute(0x90, reach ? 14 : 15, value));
    EXPECT_EQ(outcome(body, {}) != severity::session_reset, c.at("expect") == "parse") << name;
    ++compared;
  }
  EXPECT_GE(compared, 9u);
}

TEST_F(Frr, CapabilitiesAreUnderstoodOrKeptAside) {
  std::size_t compared = 0;
  for (const auto& c : document("bgp-messages/frr_mp_capability_cases.json")) {
    const auto kind = c.at("kind").get<std::string>();
    if (!kind.starts_with("capability TLV")) {
      continue;
    }
    capabilities got;
    const bool fits = decode_capabilities(hex(c.at("hex").get<std::string>()), got);
    if (c.at("expect") == "parse") {
      EXPECT_TRUE(fits) << c.at("name");
    } else { // RFC 5492 §3: what makes no sense is not used, and costs no session
      EXPECT_TRUE(!fits || !got.others.empty()) << c.at("name");
      EXPECT_TRUE(got.families.empty() && !got.four_byte_as && !got.role && !got.graceful_restart) << c["name"];
    }
    ++compared;
  }
  EXPECT_GE(compared, 16u);
}

TEST_F(Frr, OpenParametersSayTheAs) {
  for (const auto& c : document("bgp-messages/frr_mp_capability_cases.json")) {
    if (c.at("kind") != "OPEN optional parameters") {
      continue;
    }
    const auto parameters = hex(c.at("hex").get<std::string>());
    const auto got =
        decode_open(hex("04 5ba0 00b4 c0000201") + bytes{static_cast<std::uint8_t>(parameters.size())} + parameters);
    ASSERT_TRUE(got) << c.at("name");
    EXPECT_EQ(got->asn(), c.at("as4_value").is_null() ? as_trans : c["as4_value"].get<std::uint32_t>()) << c["name"];
  }
}

/// FRR writes sets with commas and sorted; "{4196,48658}" and "{4196 48658}" are the same.
std::string as_we_write(const std::string& text) {
  std::string out;
  static const std::regex set{R"([\[{][^\]}]*[\]}])"};
  auto rest = text;
  for (std::smatch m; std::regex_search(rest, m, set);) {
    std::set<std::uint32_t> members;
    const auto inside = m.str();
    static const std::regex number{R"(\d+)"};
    for (std::sregex_iterator i{inside.begin(), inside.end(), number}, end; i != end; ++i) {
      members.insert(static_cast<std::uint32_t>(std::stoul(i->str())));
    }
    out += m.prefix().str() + inside.front();
    for (const char* space = ""; const auto asn : members) {
      out += space + std::to_string(asn);
      space = " ";
    }
    out += inside.back();
    rest = m.suffix();
  }
  return out + rest;
}

TEST_F(Frr, PathsAreReadAndCounted) {
  std::size_t compared = 0;
  const std::set<std::string> refused{"zero-size overflow", "zero-size overflow + valid segment",
                                      "invalid segment type", "BGP_AS_ZERO",
                                      "BGP_AS_ZERO asdot+"}; // RFC 7606 §7.2, RFC 7607
  const auto cases = document("bgp-messages/frr_aspath_cases.json");
  for (const auto& c : cases.at("segments")) {
    const auto name = c.at("name").get<std::string>();
    const auto value = hex(c.at("hex_2octet_as").get<std::string>());
    path_attributes got;
    const auto worst =
        outcome(update_body(origin_igp + attribute(0x50, 2, value) + hop_192_0_2_1 + local_pref_100, nlri_198_51_100_0),
                {.kind = session_kind::ibgp, .four_byte_as = false}, &got);
    EXPECT_EQ(worst == severity::treat_as_withdraw, refused.contains(name)) << name;
    if (worst != severity::none) {
      continue;
    }
    if (name.find("asdot") == std::string::npos) { // we write AS numbers as one number (RFC 5396 asplain)
      EXPECT_EQ(as_we_write(to_string(*got.as_path)), name == "NULL" ? "" : as_we_write(c.at("string"))) << name;
    }
    EXPECT_EQ(got.as_path->length(), c.at("hops").get<std::uint32_t>()) << name;
    ++compared;
  }
  EXPECT_GE(compared, 15u);
}

} // namespace
} // namespace bellman::vectors

// The files of keys that a neighbour and a group can name: TCP MD5 (RFC 2385) or TCP-AO (RFC 5925).
#include "tests/configs/lab.hpp"
#include "tests/support/secret_folder.hpp"

namespace bellman::configs::neighbor_keys {
namespace {

using namespace test;

const std::string neighbor = "[[neighbors]]\naddress = \"192.0.2.2\"\nremote_as = 65001\n", // lines 4 to 6
    both = "`password_file` and `tcp_ao_file` exclude each other: a segment is signed with TCP MD5 or TCP-AO";

struct NeighborKeyFiles : testing::Test {
  static std::string ao(const std::string& path) { return "tcp_ao_file = \"" + path + "\"\n"; }
  static std::string md5(const std::string& path) { return "password_file = \"" + path + "\"\n"; }

  bellman::test::secret_folder secrets;
  const std::string password = secrets.write("password", "s3cret\n"),
                    chain = secrets.write("chain", "# of both ends\n1 1 hmac-sha-1-96 s3cret\n");
};

TEST_F(NeighborKeyFiles, AreNamedByANeighborOrItsGroup) {
  EXPECT_EQ(good(neighbor + ao(chain)).neighbors.at(0).own.tcp_ao_file, chain);
  EXPECT_EQ(good("[groups.g]\n" + ao(chain) + neighbor + "group = \"g\"\n").groups.at("g").tcp_ao_file, chain);
}

TEST_F(NeighborKeyFiles, AreReadForMistakesWhichHaveTheirLineAndNoKey) {
  const auto first = [&](const std::string& content) {
    const auto path = secrets.write("bad", content);
    const auto all = errors_after_head(neighbor + ao(path));
    const auto start = "7:15 the TCP-AO file " + path;
    EXPECT_TRUE(all.size() == 1 && all[0].starts_with(start) && all[0].find("s3cret") == std::string::npos);
    return all.empty() ? "" : all[0].substr(std::min(start.size(), all[0].size()));
  };
  EXPECT_EQ(first("# nothing\n"), ": there is no key");
  EXPECT_EQ(first("\n1 1 hmac-sha-1-96 s3cret more\n"),
            ", line 2: a key has no blanks in it, and nothing stands behind it");
  EXPECT_EQ(first("1 1 s3cret\n"), ", line 1: the algorithm, third in the line, is hmac-sha-1-96 or aes-128-cmac-96");
  const auto open = secrets.write("open", "1 1 hmac-sha-1-96 s3cret\n", 0644);
  EXPECT_EQ(errors_after_head(neighbor + ao(open)),
            texts{"7:15 the TCP-AO file " + open + " is open to other users: its mode has to be 0600 or 0640"});
}

TEST_F(NeighborKeyFiles, OfTwoKindsExcludeEachOther) {
  const auto group = [&](const std::string& keys) { return "[groups.g]\n" + keys; };
  const std::string member = neighbor + "group = \"g\"\n";
  EXPECT_EQ(errors_after_head(neighbor + md5(password) + ao(chain)), texts{"8:15 " + both});
  EXPECT_EQ(errors_after_head(group(md5(password) + ao(chain))), texts{"6:15 " + both});
  EXPECT_EQ(errors_after_head(group(md5(password)) + member + ao(chain)), texts{"10:15 " + both});
  EXPECT_EQ(errors_after_head(group(ao(chain)) + member + md5(password)), texts{"10:17 " + both});
  EXPECT_EQ(errors_after_head(group(md5(password)) + member + md5("") + ao(chain)), texts{});
}

TEST_F(NeighborKeyFiles, NeedAnAddress) {
  const std::string unnumbered = "[[neighbors]]\ninterface = \"eth0\"\nremote_as = 1\n";
  EXPECT_EQ(errors_after_head(unnumbered + md5(password)),
            texts{"7:17 `password_file` needs an `address`: TCP MD5 keys go by addresses"});
  EXPECT_EQ(errors_after_head(unnumbered + ao(chain)),
            texts{"7:15 `tcp_ao_file` needs an `address`: TCP-AO keys go by addresses"});
}

} // namespace
} // namespace bellman::configs::neighbor_keys

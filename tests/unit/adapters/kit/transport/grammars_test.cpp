// What is read of strangers' bytes, and of statements, without a server.
#include <gmock/gmock.h>

#include "adapters/kit/transport/directory_lines.h"
#include "adapters/kit/transport/odbc.h"
#include "adapters/kit/transport/ssh_offer.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;

TEST(DirectoryLinesTest, ReadsRegularFilesWithSpacesInTheirNames) {
    const auto files = readDirectoryLines(
        "total 8\r\ndrwxr-xr-x    2 0  0  4096 Apr 18 10:21 done\r\n-rw-r--r--    1 1001     1001        31337 Apr 18 10:21 b  2.csv\r\n"
        "lrwxrwxrwx 1 0 0 4 Apr 18 2018 a -> b\n-rw-r--r-- 1 u g 0 Apr  8  2018 a.csv\n"
    );
    ASSERT_TRUE(files.ok());
    ASSERT_EQ(2U, files->size());
    EXPECT_EQ("a.csv", (*files)[0].name);
    EXPECT_EQ("b  2.csv", (*files)[1].name);
    EXPECT_EQ(31337U, (*files)[1].size_bytes);
}

TEST(DirectoryLinesTest, RefusesWhatIsNoListing) {
    for (const char* text : {"04-18-19  10:21AM  31337 b.csv\n", "<html>\n", "-rw-r--r-- 1 u g x Apr 8 2018 a\n", "-rw-r--r-- 1 u g 5\n"}) {
        const auto files = readDirectoryLines(text);
        ASSERT_FALSE(files.ok()) << text;
        EXPECT_EQ(ErrorCode::PeerAnswerInvalid, files.error().code);
    }
    std::string many;
    for (std::size_t i = 0; i <= kListedFilesMax; ++i) many += "-rw-r--r-- 1 u g 5 Apr 8 2018 a" + std::to_string(i) + "\n";
    EXPECT_FALSE(readDirectoryLines(many).ok());
}

TEST(PathTest, TakesAbsolutePathsOfPlainNames) {
    for (const char* path : {"/", "/a", "/a/工单 1.csv", "/.a"}) EXPECT_TRUE(isPlainPath(path)) << path;
    for (const char* path : {"", "a", "/a/", "//a", "/a/..", "/./a", "/a\r\nDELE b", "/a\n"}) EXPECT_FALSE(isPlainPath(path)) << path;
    EXPECT_FALSE(isPlainFileName(std::string(kFileNameBytesMax + 1, 'a')));
}

std::string offer(const std::string& keys) {
    const auto list = [](const std::string& text) {
        std::string bytes(3, '\0');
        return bytes + static_cast<char>(text.size()) + text;
    };
    return '\x14' + std::string(16, 'c') + list("curve25519-sha256") + list(keys);
}

TEST(SshOfferTest, ReadsTheHostKeysAndNothingThatIsCut) {
    const std::string whole = offer("rsa-sha2-512,rsa-sha2-256");
    const auto names = readOfferedHostKeys(whole);
    ASSERT_TRUE(names.ok());
    EXPECT_THAT(*names, ElementsAre("rsa-sha2-512", "rsa-sha2-256"));
    EXPECT_TRUE(offersOnlyRsaSha2(*names));
    EXPECT_FALSE(offersOnlyRsaSha2(*readOfferedHostKeys(offer("rsa-sha2-512,ssh-ed25519"))));
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) EXPECT_FALSE(readOfferedHostKeys(whole.substr(0, bytes)).ok()) << bytes;
    EXPECT_FALSE(readOfferedHostKeys(offer("a\nb")).ok());
}

TEST(NamedStatementTest, LeavesQuotesCommentsAndCastsAlone) {
    const auto named = namedStatement("SELECT ':no', \"a:b\", x::text -- :no\n FROM t /* :no */ WHERE u > :cursor AND (u, id) > (:cursor, :tie_break) LIMIT :rows");
    ASSERT_TRUE(named.ok());
    EXPECT_THAT(named->names, ElementsAre("cursor", "cursor", "tie_break", "rows"));
    EXPECT_EQ("SELECT ':no', \"a:b\", x::text -- :no\n FROM t /* :no */ WHERE u > ? AND (u, id) > (?, ?) LIMIT ?", named->statement);
    EXPECT_FALSE(namedStatement("SELECT 'x").ok());
    EXPECT_FALSE(namedStatement("SELECT /* x").ok());
}

}  // namespace
}  // namespace yht::kit

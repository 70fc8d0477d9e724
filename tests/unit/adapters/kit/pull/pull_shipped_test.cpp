// Shipped sources, asked as their manifests say: of real servers, with nothing changed but what is a deployment's own. What comes
// is what a sample of theirs expects.
#include <fstream>
#include <sstream>

#include "adapters/kit/inbound/manifest_reader.h"
#include "adapters/kit/inbound/samples.h"
#include "adapters/kit/transport/odbc.h"
#include "adapters/kit/zip_archive.h"
#include "gateway/json/json.h"
#include "tests/unit/adapters/kit/pull/pull_fixture.h"
#include "tests/unit/adapters/kit/transport/database_server.h"
#include "tests/unit/adapters/kit/transport/vsftpd.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kSources = YHT_SOURCE_DIR "/adapters/sources", kProducts = YHT_SOURCE_DIR "/adapters/products";

/// A sample of the source, and what its adapter makes of bytes that came another way.
class ShippedPullTest : public PullTest {
protected:
    ShippedPullTest(const std::string& source, const std::string& sample) : adapter_(*Adapter::load(kSources, kProducts, source)) {
        const auto tree = readManifestTree(kSources, kProducts, source);
        manifest_ = readManifest(*tree, source)->manifest;
        const auto samples = findSamples(kSources, source);
        sample_ = *std::find_if(samples->begin(), samples->end(), [&](const SampleCase& each) { return each.name == sample; });
        clock_.advance(10LL * 366 * 86'400'000);  // after everything that samples tell
    }
    std::string sampleInput() const { return readText(sample_.input_path); }
    std::vector<std::string> unexpectedIn(const std::string& message) const {
        return differences(sample_.expected_json, adaptSample(*adapter_, message, sample_.context).json);
    }
    const std::shared_ptr<const Adapter> adapter_;
    SampleCase sample_;
};

/// A desk that copies its FoxPro table and memo file to an FTPS server.
class FtpsDeskTest : public ShippedPullTest {
protected:
    FtpsDeskTest() : ShippedPullTest("bj-12355", "memo_beside_the_table") {
        auto& at = std::get<FtpsPull>(std::get<FilesPull>(manifest_.pull->way).at);
        at.host = "127.0.0.1";
        at.port = server_.port();
        at.user = "anonymous";
        at.ca = test::sharedPki().rootFile();
        secrets_["ftp_password"] = "x";
        server_.makeFolder("export");
    }
    std::string inSample(const std::string& name) const {
        const std::string bytes = sampleInput();
        std::string text;
        auto archive = ZipArchive::open(bytes, 1U << 20);
        EXPECT_TRUE(archive.ok());
        EXPECT_TRUE(archive->read(name, [&](std::string_view piece) { text += piece; return true; }).ok());
        return text;
    }
    void put(const std::string& name, const std::string& bytes) const { writeText(server_.root() + "/export/" + name, bytes); }
    void finish(const std::string& name) const {
        std::filesystem::rename(server_.root() + "/export/" + name + ".tmp", server_.root() + "/export/" + name);
    }
    const Vsftpd server_;
};

TEST_F(FtpsDeskTest, ATableIsTakenOnceItAndItsMemoFileAreWhole) {
    const std::string table = inSample("gd.dbf"), memo = inSample("gd.fpt");
    put("gd.dbf.tmp", table.substr(0, table.size() / 2));
    EXPECT_THAT(pull(), IsEmpty());
    put("gd.dbf.tmp", table);
    finish("gd.dbf");
    EXPECT_THAT(pull(), IsEmpty()) << "its memo file is not there";
    put("gd.fpt.tmp", memo.substr(0, memo.size() / 2));
    EXPECT_THAT(pull(), IsEmpty()) << "nor is half of it";
    put("gd.fpt.tmp", memo);
    finish("gd.fpt");
    const auto bodies = pull();
    ASSERT_EQ(1U, bodies.size());
    EXPECT_THAT(unexpectedIn(bodies[0]), IsEmpty()) << bodies[0].substr(0, 80);
    EXPECT_EQ(trust::PeerCheck::TlsCertificate, evidence_.check);
    EXPECT_THAT(pull(), IsEmpty());
    puller_.reset();
    EXPECT_THAT(pull(), IsEmpty()) << "known after a restart, too";
    put("gd.fpt", memo + std::string(8, '\0'));
    EXPECT_EQ(1U, pull().size()) << "what has changed comes again";
}

TEST_F(FtpsDeskTest, AServerOfAnotherAuthorityGivesNothing) {
    test::Pki other("another root");
    std::get<FtpsPull>(std::get<FilesPull>(manifest_.pull->way).at).ca = other.rootFile();
    put("gd.dbf", inSample("gd.dbf"));
    put("gd.fpt", inSample("gd.fpt"));
    EXPECT_THAT(pull(), ElementsAre("!peer.untrusted"));
}

/// The department's three tables in a shared database, whichever it is.
class SharedDatabaseTest : public ShippedPullTest, public ::testing::WithParamInterface<Dbms> {
protected:
    SharedDatabaseTest() : ShippedPullTest("zz-12319", "ticket_step_and_file") {
        secrets_["exchange"] = emptyDatabase(GetParam());
        connection_ = *OdbcConnection::open({secrets_["exchange"]});
        for (const auto& [rows, table] : tables()) {
            std::string columns;
            for (const auto& column : table.columns) columns += (columns.empty() ? "" : ", ") + column + " VARCHAR(400)";
            run("CREATE TABLE " + table.name + " (" + columns + ")", {});
        }
    }
    void run(const std::string& statement, const std::vector<SqlValue>& values) {
        const auto done = connection_->execute(statement, values);
        ASSERT_TRUE(done.ok()) << statement << ": " << base::describe(done.error());
    }
    /// A row as the sample has it, put back where it came from; the time of its last change may be another.
    void insert(const std::string& line, const std::string& changed = "") {
        const auto row = json::parse(line);
        ASSERT_TRUE(row.ok());
        const Table& table = tables().at(json::textMember(*row, "BS"));
        std::string columns, places;
        std::vector<SqlValue> values;
        for (const auto& column : table.columns) {
            std::string name = column;
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
            const auto* value = json::findMember(*row, name.c_str());
            columns += (columns.empty() ? "" : ", ") + column;
            places += places.empty() ? "?" : ", ?";
            if (name == "GXSJ" && !changed.empty()) values.emplace_back(changed);
            else values.push_back(value == nullptr || value->IsNull() ? SqlValue() : SqlValue(json::textMember(*row, name.c_str())));
        }
        run("INSERT INTO " + table.name + " (" + columns + ") VALUES (" + places + ")", values);
    }
    std::vector<std::string> sampleLines() const {
        std::vector<std::string> lines;
        std::istringstream text(sampleInput());
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }
    DatabasePull& table() { return std::get<DatabasePull>(manifest_.pull->way); }

    struct Table {
        std::string name;
        std::vector<std::string> columns;
    };
    static const std::map<std::string, Table>& tables() {
        static const std::map<std::string, Table> kTables{
            {"GD", {"t_gd", {"gdbh", "lx", "ly", "fl", "bt", "nr", "xm", "dh", "sfbm", "qy", "dz", "zbdw", "xbdw", "slsj", "blqx", "zt", "bjsj",
                             "jglb", "yj", "gxsj"}}},
            {"BZ", {"t_bz", {"bh", "gdbh", "jd", "czr", "czdw", "yj", "slsj", "gxsj"}}},
            {"FJ", {"t_fj", {"bh", "gdbh", "wjm", "cclj", "slsj", "gxsj"}}}};
        return kTables;
    }
    std::unique_ptr<OdbcConnection> connection_;
};

TEST_P(SharedDatabaseTest, TheShippedSelectBringsWhatTheSampleHolds) {
    for (const std::string& line : sampleLines()) insert(line);
    table().rows_max = 1;  // each row in a statement of its own: the cursor leads from one table to the next
    const auto bodies = pull();
    ASSERT_EQ(sampleLines().size(), bodies.size()) << bodies.at(0);
    std::string all;
    for (const std::string& body : bodies) all += body;
    EXPECT_THAT(unexpectedIn(all), IsEmpty()) << all;
}

TEST_P(SharedDatabaseTest, RowsOfOneMomentInThreeTablesAreNeitherLostNorDoubled) {
    for (const std::string& line : sampleLines()) insert(line, "2024-04-09 09:00:00");
    table().rows_max = 2;
    std::multiset<std::string> numbers;
    for (const std::string& body : pull()) {
        std::istringstream lines(body);
        for (std::string line; std::getline(lines, line);) numbers.insert(json::textMember(*json::parse(line), "BS"));
    }
    EXPECT_THAT(numbers, ElementsAre("BZ", "FJ", "GD"));
}

INSTANTIATE_TEST_SUITE_P(On, SharedDatabaseTest, ::testing::ValuesIn(kEveryDbms), [](const auto& of) { return nameOf(of.param); });

}  // namespace
}  // namespace yht::kit

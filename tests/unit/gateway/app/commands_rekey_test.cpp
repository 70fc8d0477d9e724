// A year's end: a new KEK, as an operator puts it into use and the old one out of it.
#include "gateway/app/control_client.h"
#include "gateway/app/control_rekey.h"
#include "gateway/app/opened_attachments.h"
#include "gateway/app/trial.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandsRekeyTest : public DeploymentFixture {
protected:
    void SetUp() override {
        DeploymentFixture::SetUp();
        writeSecret("kek-2.hex", std::string(64, 'b'));
        plain_ = read(directory + "/yht.yaml");
    }
    void writeSecret(const std::string& name, const std::string& text) const {
        write(name, text);
        ::chmod((directory + "/" + name).c_str(), 0600);
    }
    /// `kek` in place of "kek: kek.hex"; may be several lines.
    void configure(const std::string& kek, const std::string& more = "") const {
        auto text = plain_;
        const std::string was = "kek: kek.hex";
        write("yht.yaml", text.replace(text.find(was), was.size(), kek) + more);
    }
    static void put(ledger::Store& store, int tickets) {
        const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
            for (int i = 0; i < tickets; ++i) {
                if (auto made = transaction.newTicket("430200"); !made.ok()) return made.error();
            }
            ledger::EntryDraft draft;
            draft.header.source = "centre-zz";
            draft.payload = "kept";
            draft.salt = base::Bytes(ledger::kSaltBytes, 's');
            auto seq = transaction.append(std::move(draft));
            return seq.ok() ? base::Status() : base::Status(seq.error());
        });
        EXPECT_TRUE(status.ok());
    }
    std::unique_ptr<attachments::Store> files(ledger::Store& store) {
        const auto config = Config::load(directory);
        auto opened = openAttachments(*config, store, [&] { return trust::loadTrust(directory); }, random, clock);
        EXPECT_TRUE(opened.ok()) << base::describe(opened.error());
        return *std::move(opened);
    }
    std::vector<std::string> audits() {
        std::vector<std::string> payloads;
        const auto store = openLedger();
        const auto view = store->snapshot();
        for (const auto& header : (*view)->scan(0, 1000)) {
            if (header.type == ledger::EntryType::Audit) payloads.push_back((*view)->entry(header.seq)->payload);
        }
        return payloads;
    }
    std::string nameOf(char digit) const { return crypto::kekName(*base::fromHex(std::string(64, digit))); }

    std::string plain_;
};

constexpr const char* kBoth = "kek: kek-2.hex\n  kek_former: kek.hex";

TEST_F(CommandsRekeyTest, FormerKekIsOutOfUseAfterwards) {
    const base::Bytes content = "%PDF-1.4\nattachment";
    const auto digest = base::toHex(crypto::sha256(content));
    {
        auto store = openLedger();
        put(*store, 300);
        auto kept = files(*store);
        auto upload = kept->begin("centre-zz");
        ASSERT_TRUE((*upload)->write(content).ok());
        ASSERT_TRUE((*upload)->keep({.media_type = "application/pdf", .sha256 = crypto::sha256(content)}).ok());
    }
    configure(kBoth);
    // 300 tickets, one entry, one attachment; the command's own entry is under the new KEK already.
    ASSERT_EQ(kExitOk, yht({"ledger", "rekey", "--why", "year's end", "--json"})) << err;
    EXPECT_EQ("{\"files\":1,\"files_clean\":true,\"kek\":\"" + nameOf('b') + "\",\"rewrapped\":302,\"unreadable\":0}\n", out);

    configure("kek: kek-2.hex");
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out << err;
    const auto entries = audits();
    ASSERT_EQ(2u, entries.size());
    EXPECT_THAT(entries[0], HasSubstr(R"("command":"ledger.rekey")"));
    EXPECT_THAT(entries[0], HasSubstr(R"("why":"year's end")"));
    EXPECT_THAT(entries[1], HasSubstr("\"former\":\"" + nameOf('a') + "\",\"state\":\"ended\",\"to\":\"" + nameOf('b') + "\""));
    const auto store = openLedger();
    EXPECT_TRUE(files(*store)->find(digest).ok());
}

TEST_F(CommandsRekeyTest, KekThatIsNoneOfTheLedgersIsRefused) {
    put(*openLedger(), 1);
    configure("kek: kek-2.hex");
    EXPECT_EQ(kExitConfig, yht({"ledger", "verify"}));
    EXPECT_THAT(err, HasSubstr(nameOf('a')));
    EXPECT_THAT(err, HasSubstr("ledger.kek_former"));
    EXPECT_THAT(err, Not(HasSubstr(std::string(64, 'b'))));
    EXPECT_EQ(kExitConfig, yht({"ledger", "rekey", "--why", "x"}));
    configure("kek: kek.hex\n  kek_former: kek.hex");
    EXPECT_EQ(kExitConfig, yht({"ledger", "rekey", "--why", "x"}));
    writeSecret("kek-2.hex", "no key");
    configure(kBoth);
    EXPECT_EQ(kExitConfig, yht({"ledger", "rekey", "--why", "x"}));
    configure("kek: kek.hex");
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << err;
}

TEST_F(CommandsRekeyTest, WithoutAFormerKekThereIsNothingToDo) {
    put(*openLedger(), 1);
    EXPECT_EQ(kExitOk, yht({"ledger", "rekey", "--why", "x"})) << err;
    EXPECT_THAT(out, HasSubstr("0 keys are wrapped anew"));
    EXPECT_EQ(kExitUsage, yht({"ledger", "rekey"}));
}

TEST_F(CommandsRekeyTest, TheTrialLedgerIsUnderTheSameKeks) {
    const std::string trial = "trial: {directory: trial}\n";
    configure("kek: kek.hex", trial);
    put(*openLedger(), 1);
    const auto openTrialLedger = [&] {
        auto options = trialStoreOptions(*Config::load(directory), clock, random, false);
        return ledger::SqliteStore::open(*std::move(options));
    };
    put(**openTrialLedger(), 2);
    configure(kBoth, trial);
    ASSERT_EQ(kExitOk, yht({"ledger", "rekey", "--why", "x"})) << err;
    configure("kek: kek-2.hex", trial);
    EXPECT_TRUE(openTrialLedger().ok());
    EXPECT_EQ(kExitOk, yht({"ledger", "verify", "--trial"})) << err;
}

TEST_F(CommandsRekeyTest, CipherAndSecondDigestAreTheConfiguredOnes) {
    put(*openLedger(), 1);
    configure("kek: kek.hex\n  payload_cipher: sm4-ctr-hmac-sm3\n  second_digest: sm3");
    {
        const auto store = openLedger();
        put(*store, 1);
        const auto view = store->snapshot();
        EXPECT_EQ(ledger::kDigestSha256, (*view)->leaf(1)->header.digest_algorithm);
        EXPECT_EQ(ledger::kDigestSha256Sm3, (*view)->leaf(2)->header.digest_algorithm);
        EXPECT_FALSE((*view)->sealedPayload(1)->starts_with("YHTSEAL"));
        EXPECT_TRUE((*view)->sealedPayload(2)->starts_with("YHTSEAL"));
        EXPECT_EQ("kept", (*view)->entry(2)->payload);
    }
    configure("kek: kek.hex");
    EXPECT_EQ(kExitOk, yht({"ledger", "verify"})) << out << err;
    for (const char* wrong : {"payload_cipher: sm4-gcm", "payload_cipher: \"\"", "second_digest: sm2", "second_digest: sha-256"}) {
        configure(std::string("kek: kek.hex\n  ") + wrong);
        EXPECT_EQ(kExitConfig, yht({"ledger", "verify"})) << wrong;
    }
}

TEST_F(CommandsRekeyTest, GatewayThatWasNotRestartedIsToldSo) {
    const auto store = openLedger();
    put(*store, 1);
    ControlServices services{.store = *store, .clock = clock, .random = random, .directory = directory};
    const auto table = controlCommands(directory);
    const auto answer = runControl(table, services, {{kRekeyLedger, {{"to", nameOf('b')}}, "x"}, "uid:0"});
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(base::ErrorCode::ParameterInvalid, answer.error().code);
    EXPECT_THAT(answer.error().public_en, HasSubstr("Restart it first"));
}

TEST_F(CommandsRekeyTest, APortionIsBoundedAndTheNextGoesOn) {
    put(*openLedger(), 32 * 256 + 10);
    configure(kBoth);
    const auto table = controlCommands(directory);
    const ControlRequest request{kRekeyLedger, {{"to", nameOf('b')}}, "x"};
    int calls = 0;
    for (bool done = false; !done; ++calls) {
        ASSERT_LT(calls, 10);
        const auto store = openLedger();  // killed after each portion
        ControlServices services{.store = *store, .clock = clock, .random = random, .directory = directory};
        const auto answer = runControl(table, services, {request, "uid:0"});
        ASSERT_TRUE(answer.ok()) << base::describe(answer.error());
        done = answer->find("\"done\":true") != std::string::npos;
    }
    EXPECT_EQ(2, calls);  // 8192 rows; the rest, and the end
    configure("kek: kek-2.hex");
    EXPECT_EQ(2u, audits().size());
}

}  // namespace
}  // namespace yht::app

// A profile's destination against a far side that speaks the demonstration province's language.
#include "adapters/kit/profile_destination.h"

#include <gmock/gmock.h>

#include "adapters/kit/raw_json.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/adapters/kit/fake_peer.h"

namespace yht::kit {
namespace {

using ticket::Kind;
using Talk = FakePeer::Talk;

/// Checks each request as README.md asks and answers every record with `code`, the receipt signed.
class SmallProvince {
public:
    void serve(Talk& talk) {
        for (;;) {
            const std::string request = talk.request();
            if (request.empty()) return;
            path = request.substr(5, request.find(' ', 5) - 5);
            body = bodyOfRequest(request);
            talk.answer(answerTo(body));
        }
    }
    bool signatureHolds() const {
        const auto envelope = json::parse(body);
        const auto text = [&](const char* name) { return textAt(*envelope, name); };
        const std::string signed_text = text("APPID") + "&" + text("MSGID") + "&" +
                                        text("TIMESTAMP") + "&" + text("NONCE") + "&" +
                                        base::toHex(crypto::sha256(*rawAt(body, "SJLB")));
        const auto verdict = gateway.publicKey().verify(
            crypto::SignatureAlgorithm::EcdsaP256Sha256, signed_text,
            *base::fromBase64(text("SIGN"))
        );
        return *verdict == crypto::SignatureVerdict::Valid && text("ZSZW") == gateway.fingerprint();
    }

    std::string code = "0", path, body;
    crypto::Certificate gateway = certificateOf(test::sharedPki().gateway());

private:
    std::string answerTo(const std::string& request) {
        const auto envelope = json::parse(request);
        std::string data = "[";
        for (const auto& record : json::findMember(*envelope, "SJLB")->GetArray()) {
            data += (data.size() > 1 ? "," : "") + std::string(R"({"XH":")") +
                    textAt(record, "XH") + R"(","GDBH":")" + textAt(record, "GDBH") +
                    R"(","SJBH":"XS1","code":")" + code + "\"}";
        }
        data += "]";
        const std::string batch = textAt(*envelope, "MSGID");
        const std::string text =
            "HZ1&" + batch + "&2019-04-18 09:30:16&200&" + base::toHex(crypto::sha256(data));
        return R"({"code":"200","message":"成功","data":)" + data +
               R"(,"receipt":{"HZBH":"HZ1","MSGID":")" + batch +
               R"(","JSSJ":"2019-04-18 09:30:16","SIGNALG":"ECDSA-P256-SHA256","ZSZW":")" +
               key_.keyid + R"(","SIGN":")" + base::toBase64(*key_.key.sign(key_.algorithm, text)) +
               R"("}})";
    }
    trust::SigningKey key_ = signingKeyOf(test::sharedPki().province());
};

/// Stands at a civil time, runs at the system's pace.
class ClockAt final : public base::Clock {
public:
    explicit ClockAt(base::UnixMillis now_ms) : now_ms_(now_ms) {}
    base::UnixMillis nowMillis() const override { return now_ms_; }
    std::int64_t steadyMillis() const override { return system_.steadyMillis(); }

private:
    base::SystemClock system_;
    base::UnixMillis now_ms_;
};

class ProfileDestinationTest : public ::testing::Test {
protected:
    SmallProvince province;
    FakePeer peer{[this](Talk& talk) { province.serve(talk); }};
    ClockAt clock{kApril};
    base::SeededRandom random{1};
    ProfileDestinationSettings settings{
        .id = "province",
        .base_url = peer.url(),
        .sender_id = "XZ43020001",
        .reporting_unit = "",
        .accepting_region = "430200",
        .key = signingKeyOf(test::sharedPki().gateway()),
        .receipt_certificates = std::vector{certificateOf(test::sharedPki().province())}};

    std::unique_ptr<ProfileDestination> make(const base::Clock& at) {
        return *ProfileDestination::make(settings, xiang(), gatewayContexts(), at, random);
    }
    /// A profile of one row, which sends the content; `more` goes into its transport.
    base::Result<std::unique_ptr<ProfileDestination>> smallWith(
        const TemporaryDirectory& directory, const std::string& more
    ) {
        std::string text = smallProfile("      - { to: NR, from: content, max: 4000 }\n");
        const std::string transport = "path: /push, ", members = "members: [ ";
        text.insert(text.find(transport) + transport.size(), more + ", ");
        text.insert(text.find(members) + members.size(), "{ name: DW, value: sender_id }, ");
        directory.write("profile.yaml", text);
        auto profile = Profile::load(directory.path());
        if (!profile) return profile.error();
        return ProfileDestination::make(settings, *profile, gatewayContexts(), clock, random);
    }
    std::unique_ptr<ProfileDestination> makeSmall(const std::string& more) {
        const TemporaryDirectory directory;
        auto made = smallWith(directory, more);
        EXPECT_TRUE(made) << made.error().detail;
        return *std::move(made);
    }
};

TEST_F(ProfileDestinationTest, ABatchIsSignedSentAndAnswered) {
    const auto destination = make(clock);
    const auto good = destination->send("b1", {appeal(17), appeal(18)});
    ASSERT_EQ(good.verdict, BatchVerdict::Answered) << good.error_detail;
    EXPECT_TRUE(province.signatureHolds());
    EXPECT_EQ(province.path, "/sjjh/v2/push");
    ASSERT_EQ(good.records.size(), 2U);
    EXPECT_EQ(good.records[1].seq, 18U);
    EXPECT_EQ(good.records[1].verdict, RecordVerdict::Accepted);
    EXPECT_EQ(good.records[1].peer_number, "XS1");
    EXPECT_EQ(good.request_bytes, province.body);
    EXPECT_EQ(good.sent_ms, kApril);
}

TEST_F(ProfileDestinationTest, ARecordThatCannotBeMappedIsLeftOutAndTheOthersGo) {
    // The attachment lacks what the province requires.
    const auto answer =
        make(clock)->send("b1", {appeal(17), recordOf(Kind::Attachment, 18), appeal(19)});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    std::map<std::uint64_t, RecordVerdict> verdicts;
    for (const auto& record : answer.records) verdicts[record.seq] = record.verdict;
    EXPECT_EQ(
        verdicts, (std::map<std::uint64_t, RecordVerdict>{
                      {17, RecordVerdict::Accepted},
                      {18, RecordVerdict::Unmappable},
                      {19, RecordVerdict::Accepted}})
    );
    EXPECT_EQ(answer.records.back().fields.front().code, "missing");
    EXPECT_EQ(member(province.body, "SJTS"), "2");
}

TEST_F(ProfileDestinationTest, WhereNothingCanBeMappedNothingIsSent) {
    const auto answer = make(clock)->send("b1", {recordOf(Kind::Attachment, 18)});
    EXPECT_EQ(answer.verdict, BatchVerdict::Answered);
    EXPECT_EQ(answer.records.at(0).verdict, RecordVerdict::Unmappable);
    EXPECT_EQ(peer.connections(), 0);
}

TEST_F(ProfileDestinationTest, ARecordOfAKindThatTheProfileDroppedFailsItsCheck) {
    const auto destination = makeSmall("batch_max: 10");
    const auto errors = destination->check(recordOf(Kind::Result)).errors;
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "kind_not_taken");
    const auto answer = destination->send("b1", {recordOf(Kind::Result)});
    EXPECT_EQ(answer.records.at(0).verdict, RecordVerdict::Unmappable);
}

TEST_F(ProfileDestinationTest, ASecondSendingHasTheSameIdAndAnotherNonce) {
    const auto destination = make(clock);
    (void)destination->send("b1", {appeal()});
    const std::string first = province.body;
    (void)destination->send("b1", {appeal()});
    EXPECT_EQ(member(first, "MSGID"), member(province.body, "MSGID"));
    EXPECT_NE(member(first, "NONCE"), member(province.body, "NONCE"));
    EXPECT_EQ(member(first, "SJLB"), member(province.body, "SJLB"));
}

TEST_F(ProfileDestinationTest, AQueryGoesToItsOwnPathWithIdentitiesOnly) {
    province.code = "3005";
    const auto answer = make(clock)->query("q1", {appeal()});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Later);
    EXPECT_EQ(province.path, "/sjjh/v2/query");
    EXPECT_EQ(
        member(province.body, "SJLB"),
        R"([{"XH":"17","SJLX":"SQ","LYBS":"centre-430200","JLBH":"R-17","BBH":"3"}])"
    );
}

TEST_F(ProfileDestinationTest, DuringAnnouncedMaintenanceNothingIsTried) {
    const ClockAt sunday{*base::parseRfc3339("2019-05-05T02:00:00+08:00")};
    const auto answer = make(sunday)->send("b1", {appeal()});
    EXPECT_EQ(answer.verdict, BatchVerdict::Busy);
    EXPECT_EQ(answer.retry_after_ms, 3'600'000);
    EXPECT_TRUE(answer.announced);
    EXPECT_EQ(peer.connections(), 0);
}

TEST_F(ProfileDestinationTest, AFarSideThatIsDownIsNotSent) {
    peer.stopListening();
    const auto answer = make(clock)->send("b1", {appeal()});
    EXPECT_EQ(answer.verdict, BatchVerdict::NotSent);
    EXPECT_EQ(answer.error, base::ErrorCode::PeerUnreachable);
}

TEST_F(ProfileDestinationTest, CheckNamesOurFieldsBeforeAnythingIsSent) {
    auto record = appeal();
    record.record.erase(ticket::Field::title);
    record.record.set(ticket::Field::caller_phone, std::string(21, '1'));
    const auto errors = make(clock)->check(record).errors;
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(errors[0].pointer, "/title");
    EXPECT_EQ(errors[0].code, "missing");
    EXPECT_EQ(errors[1].pointer, "/caller_phone");
    EXPECT_EQ(errors[1].code, "too_long");
}

TEST_F(ProfileDestinationTest, ARecordThatAloneExceedsTheFarSidesLimitFailsItsCheck) {
    const auto destination = makeSmall("request_bytes_max: 1024");
    auto record = appeal();
    record.record.set(ticket::Field::content, std::string(500, 'x'));
    EXPECT_TRUE(destination->check(record).errors.empty());
    record.record.set(ticket::Field::content, std::string(1024, 'x'));
    const auto errors = destination->check(record).errors;
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "record_too_large");
    EXPECT_EQ(errors[0].pointer, "");
}

TEST_F(ProfileDestinationTest, WhatFitsByItsCheckFitsTheRequest) {
    const auto destination = makeSmall("request_bytes_max: 1024");
    auto record = appeal();
    std::size_t length = 1;
    for (; length < 1024; ++length) {
        record.record.set(ticket::Field::content, std::string(length, 'x'));
        if (!destination->check(record).errors.empty()) break;
        ASSERT_LE(destination->check(record).bytes, destination->batchBytesMax());
    }
    record.record.set(ticket::Field::content, std::string(length - 1, 'x'));
    peer.stopListening();
    // Sealed; only the connection was missing.
    EXPECT_EQ(destination->send("b1", {record}).error, base::ErrorCode::PeerUnreachable);
    EXPECT_GT(length, 600U);
}

TEST_F(ProfileDestinationTest, ABatchsBytesAreTheProfiles) {
    EXPECT_EQ(makeSmall("batch_bytes_max: 4096")->batchBytesMax(), 4096U);
    const std::size_t room = makeSmall("request_bytes_max: 4096")->batchBytesMax();
    EXPECT_LT(room, 4096U);
    EXPECT_GT(room, 3072U);
}

TEST_F(ProfileDestinationTest, AnEnvelopeThatLeavesNoRoomIsRefused) {
    const TemporaryDirectory directory;
    settings.sender_id = std::string(2000, 'S');
    EXPECT_EQ(
        smallWith(directory, "request_bytes_max: 1024").error().code,
        base::ErrorCode::ProfileInvalid
    );
}

TEST_F(ProfileDestinationTest, WhatMappingMadeDoWithIsCounted) {
    const auto destination = make(clock);
    auto record = appeal();
    record.record.set(ticket::Field::caller_name, "𠮷先生");
    record.record.set(ticket::Field::channel, "77");
    record.record.set(ticket::Field::title, std::string(200, 'x'));
    (void)destination->send("b1", {record});
    const auto counts = destination->mappingCounts();
    EXPECT_EQ(counts.substitutions, 1U);
    EXPECT_EQ(counts.fallbacks, 1U);
    EXPECT_EQ(counts.cuts, 1U);
    // The same where check() has mapped it already.
    record.made = destination->check(record).made;
    EXPECT_NE(record.made.text, "");
    (void)destination->send("b2", {record});
    EXPECT_EQ(destination->mappingCounts().substitutions, 2U);
    EXPECT_EQ(destination->mappingCounts().fallbacks, 2U);
    EXPECT_EQ(destination->mappingCounts().cuts, 2U);
}

TEST_F(ProfileDestinationTest, WhatItSaysOfItselfComesFromTheProfile) {
    const auto destination = make(clock);
    EXPECT_EQ(destination->id(), "province");
    EXPECT_EQ(destination->batchMax(), 200U);
    EXPECT_EQ(destination->resend(), Resend::Idempotent);
    EXPECT_EQ(destination->lateAfterMillis(), 600'000);
    EXPECT_TRUE(destination->takes(Kind::Filing));
}

TEST_F(ProfileDestinationTest, SettingsThatCanNotWorkAreRefused) {
    auto unsure = settings;
    unsure.receipt_certificates.replace({});
    EXPECT_EQ(
        ProfileDestination::make(unsure, xiang(), gatewayContexts(), clock, random).error().code,
        base::ErrorCode::ConfigInvalid
    );
    auto ed = settings;
    ed.key =
        signingKeyOf(test::sharedPki().issue({.name = "ed-key", .key = test::KeyKind::Ed25519}));
    EXPECT_EQ(
        ProfileDestination::make(ed, xiang(), gatewayContexts(), clock, random).error().code,
        base::ErrorCode::SignatureAlgorithm
    );
}

}  // namespace
}  // namespace yht::kit

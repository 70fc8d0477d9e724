// Our own records to a partner-like system that keeps, or breaks, schemas/native-delivery.md.
#include "adapters/kit/native_destination.h"

#include <gmock/gmock.h>

#include "adapters/kit/peer_text.h"
#include "adapters/kit/raw_json.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/adapters/kit/fake_peer.h"

namespace yht::kit {
namespace {

using base::ErrorCode;
using Talk = FakePeer::Talk;

/// Reads a raw request's head as signatures see it.
trust::HttpHead headOf(const std::string& request, const std::string& base_url) {
    trust::HttpHead head;
    std::istringstream lines(request.substr(0, request.find("\r\n\r\n")));
    std::string line;
    std::getline(lines, line);
    const auto blank = line.find(' ');
    head.method = line.substr(0, blank);
    head.target_uri = base_url + line.substr(blank + 1, line.find(' ', blank + 1) - blank - 1);
    while (std::getline(lines, line)) {
        if (line.ends_with('\r')) line.pop_back();
        const auto colon = line.find(": ");
        std::string name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        head.fields.emplace_back(name, line.substr(colon + 2));
    }
    return head;
}

class NativeDestinationTest : public ::testing::Test {
protected:
    base::SystemClock clock;
    std::string items = R"([{"seq":"17","status":"accepted","number":"ZZ-42"}])";
    int status = 200;
    bool signs = true;
    test::CertificateFiles signer = test::sharedPki().centre();
    std::string tampered;  // sent instead of the signed body where not empty
    std::string seen;
    FakePeer peer{[this](Talk& talk) { serve(talk); }, test::sharedPki().centre()};
    NativeDestinationSettings settings{
        .id = "centre",
        .base_url = peer.url(),
        .key = signingKeyOf(test::sharedPki().gateway()),
        .answer_keys = std::vector{verifyingKey(test::sharedPki().centre())},
        .dependencies = {}};

    static trust::VerifyingKey verifyingKey(const test::CertificateFiles& files) {
        const auto certificate = certificateOf(files);
        return {
            certificate.publicKey(), certificate.fingerprint(),
            certificate.publicKey().defaultAlgorithm()};
    }

    void serve(Talk& talk) {
        for (;;) {
            const std::string request = talk.request();
            if (request.empty()) return;
            seen = request;
            const trust::HttpHead asked = headOf(request, peer.url());
            trust::HttpHead head;
            head.status = status;
            head.set("content-type", "application/json");
            const std::string body = R"({"items":)" + items + "}";
            if (signs) {
                ASSERT_TRUE(
                    trust::signMessage(head, body, signingKeyOf(signer), clock.nowMillis(), &asked)
                );
            }
            std::string answer = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
            for (const auto& [name, value] : head.fields) answer += name + ": " + value + "\r\n";
            const std::string& sent = tampered.empty() ? body : tampered;
            talk.send(
                answer + "Content-Length: " + std::to_string(sent.size()) + "\r\n\r\n" + sent
            );
        }
    }

    BatchAnswer send(const std::vector<OutboundRecord>& records = {appeal(17)}) {
        auto destination = NativeDestination::make(settings, gatewayContexts(), clock);
        EXPECT_TRUE(destination);
        return (*destination)->send("batch-1", records);
    }
    void expectNoAnswer() {
        const auto answer = send();
        EXPECT_EQ(answer.verdict, BatchVerdict::Unknown);
        EXPECT_EQ(answer.error, ErrorCode::PeerAnswerInvalid) << answer.error_detail;
    }
};

TEST_F(NativeDestinationTest, RecordsGoOutInCanonicalFormAndComeBackAnswered) {
    auto record = appeal(17);
    record.numbers["zhuxia"] = "A-1";
    const auto answer = send({record});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Accepted);
    EXPECT_EQ(answer.records[0].peer_number, "ZZ-42");
    EXPECT_NE(answer.records[0].peer_receipt, "");
    EXPECT_EQ(
        bodyOfRequest(seen),
        R"([{"seq":"17","ticket_no":"430200-20190418-0000123-7",)"
        R"("committed_time":"2019-04-18T09:30:15.120+08:00","late":false,"numbers":{"zhuxia":"A-1"},"record":)" +
            ticket::canonicalText(record.record) + "}]"
    );
}

TEST_F(NativeDestinationTest, AnEntryOfALaterEpochHasItsOwnNumberHereAndAHigherOneThere) {
    auto record = appeal(17);
    record.former_numbers = 1'000'000'000'000;
    items = R"([{"seq":"1000000000017","status":"accepted","number":"ZZ-42"}])";
    const auto answer = send({record});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(17U, answer.records.at(0).seq);
    EXPECT_TRUE(bodyOfRequest(seen).starts_with(R"([{"seq":"1000000000017",)")) << bodyOfRequest(seen);
}

TEST_F(NativeDestinationTest, WhatCheckMadeIsWhatIsSent) {
    auto record = appeal(17);
    ASSERT_EQ(send({record}).verdict, BatchVerdict::Answered);
    const std::string mapped_in_send = bodyOfRequest(seen);
    auto fit = (*NativeDestination::make(settings, gatewayContexts(), clock))->check(record);
    EXPECT_EQ(fit.bytes, fit.made.text.size() + 1);
    record.made = std::move(fit.made);
    ASSERT_EQ(send({record}).verdict, BatchVerdict::Answered);
    EXPECT_EQ(bodyOfRequest(seen), mapped_in_send);
}

TEST_F(NativeDestinationTest, TheRequestIsSignedAndNamesItsBatch) {
    ASSERT_EQ(send().verdict, BatchVerdict::Answered);
    const auto head = headOf(seen, peer.url());
    EXPECT_EQ(head.field("idempotency-key"), "batch-1");
    ASSERT_TRUE(trust::checkContentDigest(head, bodyOfRequest(seen)));
    const auto input = trust::readSignature(head);
    ASSERT_TRUE(input);
    EXPECT_EQ(input->keyid, certificateOf(test::sharedPki().gateway()).fingerprint());
    const auto text = trust::signatureBase(head, *input, nullptr);
    ASSERT_TRUE(text);
    EXPECT_EQ(
        *certificateOf(test::sharedPki().gateway())
             .publicKey()
             .verify(crypto::SignatureAlgorithm::EcdsaP256Sha256, *text, input->signature),
        crypto::SignatureVerdict::Valid
    );
}

TEST_F(NativeDestinationTest, EveryStatusOfARecordIsTold) {
    items =
        R"([{"seq":"18","status":"duplicate"},{"seq":"17","status":"refused","code":"c",)"
        R"("errors":[{"pointer":"/title","code":"too_long"}]},{"seq":"19","status":"later","code":"busy"}])";
    const auto answer = send({appeal(17), appeal(18), appeal(19)});
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    ASSERT_EQ(answer.records.size(), 3U);
    EXPECT_EQ(answer.records[0].verdict, RecordVerdict::Duplicate);
    EXPECT_EQ(answer.records[1].verdict, RecordVerdict::Refused);
    EXPECT_EQ(answer.records[1].fields.at(0).pointer, "/title");
    EXPECT_EQ(answer.records[1].fields.at(0).code, "too_long");
    EXPECT_EQ(answer.records[2].verdict, RecordVerdict::Later);
}

TEST_F(NativeDestinationTest, AnUnsignedAnswerIsNoAnswer) {
    signs = false;
    expectNoAnswer();
}

TEST_F(NativeDestinationTest, UnlessUnsignedAnswersAreAgreed) {
    signs = false;
    settings.needs_signed_answer = false;
    settings.answer_keys.replace({});
    EXPECT_EQ(send().verdict, BatchVerdict::Answered);
}

TEST_F(NativeDestinationTest, AnAnswerSignedByAnotherIsNoAnswer) {
    signer = test::sharedPki().province();
    expectNoAnswer();
}

TEST_F(NativeDestinationTest, AnAnswerChangedOnItsWayIsNoAnswer) {
    tampered = R"({"items":[{"seq":"17","status":"refused"}]})";
    expectNoAnswer();
}

TEST_F(NativeDestinationTest, GapsAndStrangersInTheItemsAreNoAnswer) {
    for (const char* bad :
         {"[]", R"([{"seq":"99","status":"accepted"}])", R"([{"seq":"17","status":"ok"}])",
          R"([{"seq":"17","status":"accepted"},{"seq":"17","status":"accepted"}])", "{}"}) {
        items = bad;
        expectNoAnswer();
    }
}

TEST_F(NativeDestinationTest, NothingPersonalOrMovingComesInAsACodeOrAPointer) {
    items = R"([{"seq":"17","status":"refused","code":"张三 19900000001","number":"N\u001b[2J",)"
            R"("errors":[{"pointer":"/caller_phone/19900000001","code":"\u001b[31mbad"}]}])";
    const auto answer = send();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].code, "???***********");
    EXPECT_EQ(answer.records[0].peer_number, "");
    EXPECT_EQ(answer.records[0].fields.at(0).pointer, "/caller_phone/***********");
    EXPECT_EQ(answer.records[0].fields.at(0).code, "?[31mbad");
}

TEST_F(NativeDestinationTest, APointerIsBounded) {
    items = R"([{"seq":"17","status":"refused","errors":[{"pointer":"/)" + std::string(5'000, 'x') + R"(","code":"c"}]}])";
    const auto answer = send();
    ASSERT_EQ(answer.verdict, BatchVerdict::Answered) << answer.error_detail;
    EXPECT_EQ(answer.records[0].fields.at(0).pointer, "/" + std::string(kPeerPointerCharactersMax - 1, 'x'));
}

TEST_F(NativeDestinationTest, BytesOfAnAnswerAreBounded) {
    const std::string around = R"({"items":})";
    items.resize(NativeDestination::kAnswerBytesMax - around.size(), ' ');
    EXPECT_EQ(send().verdict, BatchVerdict::Answered);
    items += ' ';
    expectNoAnswer();
}

TEST_F(NativeDestinationTest, HttpStatusesAreToldApart) {
    const std::tuple<int, BatchVerdict, ErrorCode> rows[] = {
        {429, BatchVerdict::Busy, ErrorCode::PeerBusy},
        {503, BatchVerdict::Busy, ErrorCode::PeerBusy},
        {401, BatchVerdict::Busy, ErrorCode::PeerRefused},
        {422, BatchVerdict::Busy, ErrorCode::PeerRefused},
        {500, BatchVerdict::Unknown, ErrorCode::PeerAnswerInvalid},
        {201, BatchVerdict::Unknown, ErrorCode::PeerAnswerInvalid},
    };
    for (const auto& [given, verdict, error] : rows) {
        status = given;
        const auto answer = send();
        EXPECT_EQ(answer.verdict, verdict) << given;
        EXPECT_EQ(answer.error, error) << given;
    }
}

TEST_F(NativeDestinationTest, CheckCountsWhatTheBodyWillHold) {
    auto destination = *NativeDestination::make(settings, gatewayContexts(), clock);
    const auto one = appeal(17), other = appeal(18);
    items = R"([{"seq":"17","status":"accepted"},{"seq":"18","status":"accepted"}])";
    send({one, other});
    const std::size_t brackets = 2, first_has_no_comma = 1;
    EXPECT_EQ(
        bodyOfRequest(seen).size(),
        destination->check(one).bytes + destination->check(other).bytes + brackets -
            first_has_no_comma
    );
}

TEST_F(NativeDestinationTest, ARecordThatNoReceiverTakesFailsItsCheck) {
    auto destination = *NativeDestination::make(settings, gatewayContexts(), clock);
    auto record = appeal(17);
    EXPECT_TRUE(destination->check(record).errors.empty());
    record.record.set(ticket::Field::content, std::string(kNativeBatchBytesMax, 'x'));
    const auto errors = destination->check(record).errors;
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "record_too_large");
}

TEST_F(NativeDestinationTest, SettingsThatCanNotWorkAreRefused) {
    settings.answer_keys.replace({});
    EXPECT_EQ(
        NativeDestination::make(settings, gatewayContexts(), clock).error().code,
        ErrorCode::ConfigInvalid
    );
    settings.needs_signed_answer = false;
    settings.batch_bytes_max = kNativeBatchBytesMax + 1;
    EXPECT_EQ(
        NativeDestination::make(settings, gatewayContexts(), clock).error().code,
        ErrorCode::ConfigInvalid
    );
    settings.batch_bytes_max = kNativeBatchBytesMax;
    settings.batch_max = NativeDestination::kBatchMax + 1;
    EXPECT_EQ(
        NativeDestination::make(settings, gatewayContexts(), clock).error().code,
        ErrorCode::ConfigInvalid
    );
}

}  // namespace
}  // namespace yht::kit

// A deployment whose ledger has partners' messages with records that name attachments, and the attachments beside it.
// Uses: deployment_fixture, opened_attachments. Used by: commands_erase_test, unnamed_attachments_test.
#pragma once

#include <gtest/gtest.h>

#include "gateway/app/opened_attachments.h"
#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/ledger/store/ticket_reader.h"
#include "gateway/ticket/record_json.h"
#include "tests/unit/gateway/app/deployment_fixture.h"

namespace yht::app {

class NamedAttachmentsFixture : public DeploymentFixture {
protected:
    static std::string record(const std::string& ref, const std::string& recording = "") {
        return R"({"kind":"appeal","record_ref":")" + ref +
               (recording.empty() ? "" : R"(","recording_digest":")" + recording) +
               R"(","source":"centre-zz","title":"lamp"})";
    }
    void SetUp() override {
        DeploymentFixture::SetUp();
        write("partners.yaml", "partners: []\n");
        write("sources.yaml", "sources: []\n");
    }
    /// A partner's message whose body is `body`, and a record of a new ticket.
    std::string put(
        ledger::Store& store, const std::string& body, const std::string& ref,
        const std::string& recording = "", const std::string& partner = "centre"
    ) {
        std::string number;
        const auto status = store.run([&](ledger::Transaction& transaction) -> base::Status {
            ledger::EntryDraft message;
            message.header.type = ledger::EntryType::Message;
            message.header.source = partner;
            message.payload = intake::encodeMessagePayload({.body = body});
            message.salt = random.bytes(ledger::kSaltBytes);
            const auto message_seq = transaction.append(std::move(message));
            number = *transaction.newTicket("430200");
            ledger::EntryDraft draft;
            draft.header.type = ledger::EntryType::Record;
            draft.header.kind = static_cast<std::uint8_t>(ticket::Kind::Appeal);
            draft.header.source = "centre-zz";
            draft.header.ticket_no = number;
            draft.header.message_seq = *message_seq;
            draft.payload = record(ref, recording);
            draft.salt = random.bytes(ledger::kSaltBytes);
            draft.sealed_under = ledger::SealedUnder::Ticket;
            const auto digest = crypto::sha256(draft.payload);
            const auto seq = transaction.append(std::move(draft));
            auto named = transaction.addIdentity(
                {"centre-zz", ticket::Kind::Appeal, ref, 1, 0}, *seq, digest, number
            );
            if (!named.ok()) return named;
            if (!recording.empty()) {
                named = transaction.addAttachment(recording, {*seq, number});
                if (!named.ok()) return named;
            }
            return transaction.addAlias({"centre-zz", ref, number});
        });
        EXPECT_TRUE(status.ok()) << base::describe(status.error());
        return number;
    }
    std::unique_ptr<attachments::Store> openFiles(ledger::Store& store) {
        const auto config = Config::load(directory);
        EXPECT_TRUE(config.ok());
        const auto registry = [this] { return trust::loadTrust(directory); };
        auto opened = openAttachments(*config, store, registry, random, clock);
        EXPECT_TRUE(opened.ok());
        return *std::move(opened);
    }
    /// Its digest.
    std::string bring(
        ledger::Store& store, const std::string& content, const std::string& partner = "centre"
    ) {
        auto files = openFiles(store);
        auto upload = *files->begin(partner);
        EXPECT_TRUE(upload->write(content).ok());
        const auto sha256 = crypto::sha256(content);
        EXPECT_TRUE(upload->keep({.media_type = "text/plain", .sha256 = sha256}).ok());
        return base::toHex(sha256);
    }
};

}  // namespace yht::app

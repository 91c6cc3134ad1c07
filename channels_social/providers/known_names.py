"""The fields that each network is known to send, however deep; others are counted (helpdesk.drift).

Names only; what we read of them is in the readers. Source: the networks' own references.
"""

from __future__ import annotations

_OURS = frozenset({"event", "standby", "news", "value", "unread", "one", "people", "what"})


def _of(names: str) -> frozenset[str]:
    return _OURS | frozenset(names.split())


TELEGRAM = _of(
    "update_id message edited_message message_reaction my_chat_member callback_query "
    "channel_post edited_channel_post chat_member chat_join_request poll poll_answer "
    "message_id date edit_date chat from sender_chat message_thread_id is_topic_message "
    "author_signature id is_bot is_premium first_name last_name username language_code type "
    "title is_forum text entities caption caption_entities link_preview_options offset length "
    "url user language custom_emoji_id photo file_id file_unique_id file_size width height "
    "animation audio document video video_note voice duration performer file_name mime_type "
    "thumbnail thumb sticker emoji set_name is_animated is_video location latitude longitude "
    "horizontal_accuracy live_period heading venue address contact phone_number user_id vcard "
    "reply_to_message quote external_reply forward_origin forward_from forward_from_chat "
    "forward_date forward_sender_name sender_user is_automatic_forward media_group_id "
    "has_protected_content has_media_spoiler via_bot data chat_instance old_chat_member "
    "new_chat_member status until_date actor_chat old_reaction new_reaction "
    "migrate_to_chat_id migrate_from_chat_id show_caption_above_media effect_id reply_markup "
    "inline_keyboard callback_data dice game new_chat_members left_chat_member new_chat_title "
    "pinned_message group_chat_created origin position is_manual show_above_text "
    "prefer_small_media prefer_large_media is_disabled business_connection_id paid_media"
)
WHATSAPP = _of(
    "id from timestamp type text body context forwarded frequently_forwarded referred_product "
    "catalog_id product_retailer_id profile name wa_id user_id input image audio video "
    "document sticker mime_type sha# caption filename voice animated link url location "
    "latitude longitude address contacts addresses city country country_code state street zip "
    "birthday emails email first_name formatted_name last_name middle_name prefix suffix org "
    "company department title phones phone urls interactive button_reply list_reply "
    "description nfm_reply response_json button payload reaction message_id emoji order "
    "product_items quantity item_price currency system new_wa_id customer identity "
    "acknowledged created_timestamp hash unsupported errors code message error_data details "
    "href status recipient_id conversation origin expiration_timestamp pricing billable "
    "pricing_model category biz_opaque_callback_data referral source_url source_type "
    "source_id headline media_type image_url video_url thumbnail_url ctwa_clid metadata "
    "phone_number_id display_phone_number messaging_product edit revoke original_message_id "
    "recipient_identity_key_hash from_user_id parent_user_id to"
)
MESSENGER = _of(
    "sender recipient id timestamp message mid text is_echo is_deleted is_unsupported app_id "
    "metadata attachments type payload url title sticker_id coordinates lat long reply_to "
    "story is_self_reply quick_reply quick_replies nlp delivery mids watermark seq read "
    "postback referral ref source ad_id ads_context_data ad_title photo_url video_url post_id "
    "product_id referer_uri message_edit num_edit reaction emoji action commands name "
    "user_ref elements subtitle image_url template_type buttons product generic reel_video_id "
    "pass_thread_control take_thread_control request_thread_control new_owner_app_id "
    "previous_owner_app_id requested_owner_app_id field changes time traits entities "
    "detected_locales confidence item_url"
)
LINE = _of(
    "type mode timestamp source userId groupId roomId webhookEventId deliveryContext "
    "isRedelivery replyToken message id text emojis index length productId emojiId mention "
    "mentionees quoteToken quotedMessageId markAsReadToken contentProvider originalContentUrl "
    "previewImageUrl imageSet total duration fileName fileSize title address latitude "
    "longitude packageId stickerId stickerResourceType keywords unsend messageId postback "
    "data params date datetime follow isUnblocked joined left members link result nonce "
    "things beacon hwid dm videoPlayComplete trackingId isSelf newRichMenuAliasId status"
)
VIBER = _of(
    "event timestamp chat_hostname message_token sender id name avatar language country "
    "api_version message text type media tracking_data location lat lon contact phone_number "
    "file_name size file_size duration sticker_id thumbnail token silent user user_id context "
    "subscribed desc lng emails phones"
)

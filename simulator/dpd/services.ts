import { defineTypes } from './schema.ts'
import type { ServiceDescription } from './wsdl.ts'

/**
 * The services of DPD Russia. tracing and event-tracking are as their WSDL and XSD have them; calculator2 after an old
 * WSDL; order2, geography2 and label-print after what clients that were generated from their WSDLs name [C]. What is
 * optional in those is a guess.
 */
const auth = 'clientNumber:long clientKey:string'
const wsFault = 'code?:string message?:string'

const trackingRequests = {
  auth,
  WSFault: wsFault,
  requestConfirm: 'auth:auth docId:long',
  confirm: 'request?:requestConfirm',
  confirmResponse: 'return?:string',
}

export const tracing: ServiceDescription = {
  path: 'tracing',
  name: 'ParcelTracing',
  namespace: 'http://dpd.ru/ws/tracing/2011-11-18',
  operations: {
    getStatesByClient: 'WSFault',
    getStatesByClientOrder: 'WSFault',
    getStatesByClientParcel: 'WSFault',
    getStatesByDPDOrder: 'WSFault',
    confirm: 'WSFault',
  },
  types: defineTypes({
    ...trackingRequests,
    stateParcel: `clientOrderNr?:string clientParcelNr?:string dpdOrderNr:string dpdParcelNr:string
      pickupDate:date dpdOrderReNr?:string dpdParcelReNr?:string isReturn?:boolean
      planDeliveryDate?:date newState:string transitionTime:dateTime terminalCode:string
      terminalCity:string incidentCode?:string incidentName?:string consignee?:string`,
    stateParcels: `docId:long docDate:dateTime clientNumber:long resultComplete:boolean
      states*:stateParcel`,
    requestClient: 'auth:auth',
    getStatesByClient: 'request?:requestClient',
    getStatesByClientResponse: 'return?:stateParcels',
    requestClientOrder: 'auth:auth clientOrderNr:string pickupDate?:date',
    getStatesByClientOrder: 'request?:requestClientOrder',
    getStatesByClientOrderResponse: 'return?:stateParcels',
    requestClientParcel: 'auth:auth clientParcelNr:string pickupDate?:date',
    getStatesByClientParcel: 'request?:requestClientParcel',
    getStatesByClientParcelResponse: 'return?:stateParcels',
    requestDpdOrder: 'auth:auth dpdOrderNr:string pickupYear?:int',
    getStatesByDPDOrder: 'request?:requestDpdOrder',
    getStatesByDPDOrderResponse: 'return?:stateParcels',
  }),
}

export const eventTracking: ServiceDescription = {
  path: 'event-tracking',
  name: 'DPDEventTracking',
  namespace: 'http://dpd.ru/ws/event-tracking/2016-02-15',
  operations: { confirm: 'WSFault', getEvents: 'WSFault', getTrakingOrderLink: 'WSFault' },
  types: defineTypes({
    ...trackingRequests,
    eventTrackingRequest: 'auth:auth dateFrom?:dateTime dateTo?:dateTime maxRowCount?:int',
    getEvents: 'request?:eventTrackingRequest',
    getEventsResponse: 'return?:eventTackingResponse',
    eventTackingResponse: `docId:long docDate:dateTime clientNumber:long resultComplete:boolean
      event*:eventType`,
    eventType: `clientOrderNr?:string clientCodeInternal?:string clientParcelNr?:string
      dpdOrderNr?:string dpdParcelNr?:string eventNumber:string eventCode:string eventName:string
      reasonCode?:string reasonName?:string eventDate:string parameter*:parameterType`,
    parameterType: `paramName:string valueString?:string valueDecimal?:decimal
      valueDateTime?:dateTime value*:eventTrackingUnitLoad @type:string`,
    eventTrackingUnitLoad: `article?:string descript:string declared_value?:string
      parcel_num?:string npp_amount?:string vat_percent?:int without_vat?:boolean count:int
      state_name?:string`,
    order: `orderNumberDPD?:string orderNumberInternal?:string
      orderNumberInternalAdditional?:string`,
    extTrackingLinkRequest: 'auth:auth order:order',
    extTrackingLinkResponse: 'link?:string status?:string',
    getTrakingOrderLink: 'trackingOrder?:extTrackingLinkRequest',
    getTrakingOrderLinkResponse: 'return?:extTrackingLinkResponse',
  }),
}

const calculated = {
  cityRequest: `cityId?:long index?:string cityName?:string regionCode?:string
    countryCode?:string`,
  city: `cityId?:long countryCode?:string countryName?:string regionCode?:string
    regionName?:string cityCode?:string cityName?:string abbreviation?:string indexMin?:string
    indexMax?:string`,
  serviceCost: 'serviceCode?:string serviceName?:string cost?:double days?:int',
}
const costRequest = `auth:auth pickup:cityRequest delivery:cityRequest selfPickup:boolean
  selfDelivery:boolean`

export const calculator: ServiceDescription = {
  path: 'calculator2',
  name: 'DPDCalculator',
  namespace: 'http://dpd.ru/ws/calculator/2012-03-20',
  operations: {
    getServiceCost2: 'ServiceCostFault2',
    getServiceCostByParcels2: 'ServiceCostFault2',
    getServiceCostByParcels3: 'ServiceCostFault2',
  },
  types: defineTypes({
    auth,
    ...calculated,
    ServiceCostFault2: 'code?:string message?:string pickupDups*:city deliveryDups*:city',
    serviceCostRequest: `${costRequest} weight:double volume?:double serviceCode?:string
      pickupDate?:date maxDays?:int maxCost?:double declaredValue?:double`,
    parcelRequest: 'weight:double length:double width:double height:double quantity?:int',
    serviceCostParcelsRequest: `${costRequest} serviceCode?:string pickupDate?:date maxDays?:int
      maxCost?:double declaredValue?:double parcel*:parcelRequest`,
    getServiceCost2: 'request?:serviceCostRequest',
    getServiceCost2Response: 'return*:serviceCost',
    getServiceCostByParcels2: 'request?:serviceCostParcelsRequest',
    getServiceCostByParcels2Response: 'return*:serviceCost',
    getServiceCostByParcels3: 'request?:serviceCostParcelsRequest',
    getServiceCostByParcels3Response: 'return*:serviceCost',
  }),
}

export const order: ServiceDescription = {
  path: 'order2',
  name: 'DPDOrder',
  namespace: 'http://dpd.ru/ws/order2/2012-04-04',
  operations: {
    createOrder: 'WSFault',
    createOrder2: 'WSFault',
    cancelOrder: 'WSFault',
    getOrderStatus: 'WSFault',
    getInvoiceFile: 'WSFault',
  },
  types: defineTypes({
    auth,
    WSFault: wsFault,
    address: `code?:string name?:string terminalCode?:string addressString?:string
      countryName?:string index?:string region?:string city?:string street?:string
      streetAbbr?:string house?:string houseKorpus?:string str?:string vlad?:string
      extraInfo?:string office?:string flat?:string workTimeFrom?:string workTimeTo?:string
      dinnerTimeFrom?:string dinnerTimeTo?:string contactFio?:string contactPhone?:string
      contactEmail?:string instructions?:string needPass?:boolean`,
    header: `datePickup:date payer?:long senderAddress:address pickupTimePeriod?:string
      regularNum?:string`,
    parameter: 'name:string value?:string',
    orderExtraService: 'esCode:string param*:parameter',
    dataInternational: 'currency?:string currencyDeclaredValue?:string',
    parcel: `number:string dpdParcelNumber?:long number_for_print?:string box_needed?:int
      weight?:double length?:double width?:double height?:double insuranceCost?:double
      insuranceCostVat?:double codAmount?:double`,
    unitLoad: `article?:string descript?:string client_code?:string declared_value?:string
      parcel_num?:string npp_amount?:string vat_percent?:int without_vat?:boolean count?:int`,
    order: `orderNumberInternal:string serviceCode:string serviceVariant:string cargoNumPack:int
      cargoWeight:double cargoVolume?:double cargoRegistered:boolean cargoValue?:double
      cargoCategory:string deliveryTimePeriod?:string paymentType?:string extraParam*:parameter
      dataInt?:dataInternational receiverAddress:address returnAddress?:address
      extraService*:orderExtraService parcel*:parcel unitLoad*:unitLoad`,
    dpdOrdersData: 'auth:auth header:header order*:order',
    dpdOrderStatus:
      'orderNumberInternal?:string orderNum?:string status:string errorMessage?:string',
    dpdOrderStatus2: `orderNumberInternal?:string orderNum?:string status:string
      errorMessage?:string pickupDate?:date dateFlag?:boolean`,
    createOrder: 'orders?:dpdOrdersData',
    createOrderResponse: 'return*:dpdOrderStatus',
    createOrder2: 'orders?:dpdOrdersData',
    createOrder2Response: 'return*:dpdOrderStatus2',
    orderCancel: 'orderNumberInternal?:string orderNum?:string pickupdate?:date',
    dpdOrderCancellation: 'auth:auth cancel*:orderCancel',
    cancelOrder: 'orders?:dpdOrderCancellation',
    cancelOrderResponse: 'return*:dpdOrderStatus',
    internalOrderNumber: 'orderNumberInternal:string datePickup?:date',
    dpdGetOrderStatus: 'auth:auth order*:internalOrderNumber',
    getOrderStatus: 'orderStatus?:dpdGetOrderStatus',
    getOrderStatusResponse: 'return*:dpdOrderStatus',
    dpdGetInvoiceFile: 'auth:auth orderNum:string parcelCount?:int cargoValue?:double',
    dpdInvoiceFile: 'file?:base64Binary',
    getInvoiceFile: 'request?:dpdGetInvoiceFile',
    getInvoiceFileResponse: 'return?:dpdInvoiceFile',
  }),
}

export const geography: ServiceDescription = {
  path: 'geography2',
  name: 'DPDGeography2',
  namespace: 'http://dpd.ru/ws/geography/2015-05-20',
  operations: {
    getCitiesCashPay: 'WSFault',
    getParcelShops: 'WSFault',
    getTerminalsSelfDelivery2: 'WSFault',
  },
  types: defineTypes({
    auth,
    WSFault: wsFault,
    city: calculated.city,
    geographyAddress: `cityId?:long countryCode?:string regionCode?:string regionName?:string
      cityCode?:string cityName?:string index?:string street?:string streetAbbr?:string
      houseNo?:string building?:string structure?:string ownership?:string descript?:string`,
    geoCoordinates: 'latitude:double longitude:double',
    limits: `maxShipmentWeight?:double maxWeight?:double maxLength?:double maxWidth?:double
      maxHeight?:double dimensionSum?:double`,
    timetable: 'weekDays:string workTime:string',
    schedule: 'operation:string timetable*:timetable',
    extraServiceParam: 'name?:string value?:string',
    extraService: 'esCode:string params*:extraServiceParam',
    services: 'serviceCode*:string',
    parcelShop: `code:string parcelShopType:string state:string address:geographyAddress
      brand?:string clientDepartmentNum?:string geoCoordinates:geoCoordinates limits?:limits
      schedule*:schedule extraService*:extraService services?:services`,
    terminalSelf: `terminalCode:string terminalName:string address:geographyAddress
      geoCoordinates:geoCoordinates schedule*:schedule extraService*:extraService
      services?:services`,
    dpdCitiesCashPayRequest: 'auth:auth countryCode?:string',
    getCitiesCashPay: 'request?:dpdCitiesCashPayRequest',
    getCitiesCashPayResponse: 'return*:city',
    dpdParcelShopRequest: `auth:auth countryCode?:string regionCode?:string cityCode?:string
      cityName?:string`,
    dpdParcelShops: 'parcelShop*:parcelShop',
    getParcelShops: 'request?:dpdParcelShopRequest',
    getParcelShopsResponse: 'return?:dpdParcelShops',
    selfTerminals: 'terminal*:terminalSelf',
    getTerminalsSelfDelivery2: 'auth?:auth',
    getTerminalsSelfDelivery2Response: 'return?:selfTerminals',
  }),
}

export const labelPrint: ServiceDescription = {
  path: 'label-print',
  name: 'DPDLabelPrint',
  // [M]: no WSDL of it has been seen.
  namespace: 'http://dpd.ru/ws/label-print/2012-04-06',
  operations: { createLabelFile: 'WSFault' },
  types: defineTypes({
    auth,
    WSFault: wsFault,
    orderParam: 'orderNum:string parcelsNumber:int',
    dpdGetLabelFile: 'auth:auth fileFormat:string pageSize:string order*:orderParam',
    orderStatus: 'orderNum:string status:string errorMessage?:string',
    dpdLabelFile: 'file?:base64Binary order*:orderStatus',
    createLabelFile: 'getLabelFile?:dpdGetLabelFile',
    createLabelFileResponse: 'return?:dpdLabelFile',
  }),
}

export const SERVICES = [order, geography, calculator, tracing, eventTracking, labelPrint] as const
